import * as pulumi from "@pulumi/pulumi";

const ipv4 = /^(\d{1,3})(\.\d{1,3}){3}$/;

/**
 * The address of the host that serves a project, as the host stack published it. Raises an error
 * when the address is missing or malformed: without one the engine would make an A record without
 * content and report success.
 */
export function servingAddress(
  hostStack: pulumi.StackReference,
  stack: string,
  project: string,
): pulumi.Output<string> {
  return hostStack.getOutput("nodes").apply((nodes: unknown) => {
    const node = Object.values(isRecord(nodes) ? nodes : {}).find(
      (candidate) => isRecord(candidate) && includes(candidate["projects"], project),
    );
    const address = isRecord(node) ? node["address"] : undefined;
    if (typeof address !== "string" || !ipv4.test(address)) {
      throw new pulumi.RunError(
        `Project ${project} is served by stack ${stack}, but that stack's outputs hold no address ` +
          `for it (received: ${JSON.stringify(address) ?? "nothing"}). No record was touched. ` +
          `Fix: run pulumi up on stack ${stack} first, or take servedBy out again.`,
      );
    }
    return address;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function includes(list: unknown, item: string): boolean {
  return Array.isArray(list) && list.includes(item);
}

import { readStackFiles, type StackConfig } from "../../components/stack-files";
import type { Existing, ExistingMachine } from "../providers/existing";
import type { CloudCard } from "./cloud";

/**
 * Has the local cloud hold what a project's stack files say existed before Berth: the agency's
 * zones and AWS account, machines to adopt, buckets to adopt. Files that are wrong are left to the
 * program, which says so better.
 */
export async function ensureExisting(card: CloudCard, project: string): Promise<void> {
  let existing: Existing;
  try {
    existing = existingIn(Object.values(readStackFiles(project)));
  } catch {
    return;
  }
  const response = await fetch(`http://127.0.0.1:${card.control}/existing`, {
    method: "POST",
    body: JSON.stringify(existing),
  });
  if (!response.ok) throw new Error(`the local cloud: ${await response.text()}`);
}

function existingIn(stacks: readonly StackConfig[]): Existing {
  const agency = stacks.map((stack) => stack["agency"]).find(isMapping) ?? {};
  const { awsAccount } = agency;
  return {
    zones: Object.fromEntries(
      Object.entries(mapping(agency["zones"])).filter(([, id]) => typeof id === "string"),
    ) as Record<string, string>,
    ...(typeof awsAccount === "string" && /^\d{12}$/.test(awsAccount) ? { awsAccount } : {}),
    machines: stacks.flatMap((stack) =>
      Object.entries(mapping(stack["nodes"])).flatMap(([name, node]) => adopted(name, node)),
    ),
    buckets: stacks.flatMap(bucketsOf),
  };
}

function adopted(name: string, node: unknown): ExistingMachine[] {
  const { provider, id, region, size } = mapping(mapping(node)["adopt"]);
  if (provider !== "digitalocean" && provider !== "scaleway" && provider !== "aws") return [];
  if (typeof id !== "string" || typeof region !== "string" || typeof size !== "string") return [];
  return [{ provider, id, name, region, size }];
}

function bucketsOf(stack: StackConfig): { name: string; region: string }[] {
  const list = mapping(stack["backups"])["adopt"];
  return (Array.isArray(list) ? list : []).flatMap((bucket) => {
    const { name, region } = mapping(bucket);
    return typeof name === "string" && typeof region === "string" ? [{ name, region }] : [];
  });
}

function mapping(value: unknown): Record<string, unknown> {
  return isMapping(value) ? value : {};
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

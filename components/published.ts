import * as pulumi from "@pulumi/pulumi";
import { invoke } from "@pulumi/pulumi/runtime";

import { mapping } from "./mapping";
import { refusal } from "./refusal";
import type { ProjectSpec } from "./spec/fleet";

const ipv4 = /^(\d{1,3})(\.\d{1,3}){3}$/;

/**
 * A stack's outputs as its last run left them; none before the first. A question instead of a
 * `StackReference`: a program can wait for the answer before it declares anything, and nothing of it
 * is in the state.
 */
export async function outputsOf(stack: string): Promise<unknown> {
  const answer: unknown = await invoke("pulumi:pulumi:readStackOutputs", { name: stack });
  return mapping(answer)["outputs"];
}

/** What host stacks of this project published when they last ran. */
export class PublishedStacks {
  private readonly references = new Map<string, pulumi.StackReference>();

  /** `referenceName` gives a stack's full name in the backend. */
  constructor(private readonly referenceName: (stack: string) => string) {}

  /**
   * The address of the host that serves a project. Raises an error when the host stack published
   * none, or a malformed one: left to itself, the engine would make an A record without content and
   * report success. A host stack that has not run since a renaming publishes the former slug.
   */
  addressOf(stack: string, { slug, formerly }: ProjectSpec): pulumi.Output<string> {
    return this.nodes(stack).apply((nodes) => {
      const housing = (name: string | undefined) =>
        Object.values(nodes).find((candidate) => houses(candidate, name));
      const node = housing(slug) ?? housing(formerly);
      const address = mapping(node)["address"];
      if (typeof address === "string" && ipv4.test(address)) return address;
      throw refusal(
        `Project ${slug} is served by stack ${stack}, but that stack's outputs hold no address ` +
          `for it. Received: ${JSON.stringify(address) ?? "nothing"}. No record was touched. ` +
          `Fix: run pulumi up on stack ${stack} first, or take servedBy out again.`,
      );
    });
  }

  private nodes(stack: string): pulumi.Output<Record<string, unknown>> {
    let reference = this.references.get(stack);
    if (!reference) {
      reference = new pulumi.StackReference(this.referenceName(stack));
      this.references.set(stack, reference);
    }
    return reference.getOutput("nodes").apply(mapping);
  }
}

function houses(node: unknown, project: string | undefined): boolean {
  const projects = mapping(node)["projects"];
  return Array.isArray(projects) && projects.includes(project);
}

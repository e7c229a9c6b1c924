import * as pulumi from "@pulumi/pulumi";
import { invoke } from "@pulumi/pulumi/runtime";

import { mapping } from "../fleet/mapping";
import { refusal } from "../refusal";
import { historyOf, type History } from "./history";
import { readOutputs, type NodeOutput, type StackOutputs } from "./schema";
import type { Fleet, ProjectSpec } from "../fleet/fleet";
import { addressFault } from "../fleet/formats";
import { show } from "../fleet/show";
import { readHostKey } from "../fleet/ssh-key";

/**
 * A stack's outputs as its last run left them; none before the first. A question instead of a
 * `StackReference`: a program can wait for the answer before it declares anything, and nothing of it
 * is in the state.
 */
export async function outputsOf(stack: string): Promise<unknown> {
  const answer: unknown = await invoke("pulumi:pulumi:readStackOutputs", { name: stack });
  return mapping(answer)["outputs"];
}

/**
 * What the environment's last run published: an environment's own history, and for a host stack with a
 * machine that shall go, that of the environment it serves. One that was never deployed has none.
 */
export async function environmentHistory(
  fleet: Fleet,
  own: History,
  fullName: (stack: string) => string,
): Promise<History> {
  if (fleet.role === "environment") return own;
  const retiring = [...fleet.nodes, ...fleet.leaving].some(({ retired }) => retired !== undefined);
  const { environment } = fleet;
  if (!retiring) return historyOf(environment, undefined);
  return historyOf(environment, await outputsIfAny(fullName(environment)));
}

/** A stack's outputs; undefined for a stack that does not exist. */
export async function outputsIfAny(stack: string): Promise<unknown> {
  try {
    return await outputsOf(stack);
  } catch (error) {
    if (/unknown stack|no stack named/i.test(String(error))) return undefined;
    throw error;
  }
}

/** The machine that one of these slugs lives on, as a stack published it; undefined where it was not converged. */
export function enteredMachine(
  outputs: StackOutputs,
  slugs: readonly (string | undefined)[],
): { address: string; account: string; hostKey: string; slug: string } | undefined {
  for (const slug of slugs) {
    const { address, account, hostKey } = nodeOf(outputs, slug) ?? {};
    if (slug && address && account && hostKey) return { address, account, hostKey, slug };
  }
  return undefined;
}

/** A host stack's machine that was seen to serve a project's certificate. */
export interface CertifiedMachine {
  readonly id: string;
  readonly address: string;
  readonly account: string;
  readonly hostKey: string;
  /** The project's slug there: a stack that was not updated since a renaming has the former one. */
  readonly site: string;
  /** When the certificate ends, as Cloudflare says it. */
  readonly certificate: string;
}

/** What host stacks of this project published when they last ran. */
export class PublishedStacks {
  private readonly asked = new Map<string, Promise<StackOutputs>>();

  /** `referenceName` gives a stack's full name in the backend. */
  constructor(private readonly referenceName: (stack: string) => string) {}

  /**
   * The address of the host that serves a project. Raises an error when the host stack published no
   * host that came up, with an address and a host key: left to itself, the engine would make an A
   * record without content and report success, or lead visitors to a machine that nobody could enter.
   * A host stack that has not run since a renaming publishes the former slug.
   */
  addressOf(stack: string, project: ProjectSpec): pulumi.Output<string> {
    return pulumi.output(this.outputs(stack).then((outputs) => hostOf(project, stack, outputs)));
  }

  /** The IPv6 address of that host; undefined where it has none, or the stack's outputs cannot be read. */
  async address6Of(stack: string, project: ProjectSpec): Promise<string | undefined> {
    const outputs = await this.outputs(stack).catch(() => undefined);
    return outputs && nodeOf(outputs, project.slug, project.formerly)?.address6;
  }

  /**
   * The machine that serves a project as later sessions reach it, with the end of the certificate that it
   * was seen to serve; undefined where that was not seen, or the stack's outputs cannot be read.
   */
  async certifiedMachine(
    stack: string,
    project: ProjectSpec,
  ): Promise<CertifiedMachine | undefined> {
    const outputs = await this.outputs(stack).catch(() => undefined);
    const { slug, formerly } = project;
    const node = outputs && nodeOf(outputs, slug, formerly);
    const { id, address, account, hostKey, certificates = {} } = node ?? {};
    const site = [slug, formerly].find((each) => each !== undefined && certificates[each]);
    const certificate = site && certificates[site];
    if (!certificate || !id || !address || !account || !hostKey) return undefined;
    return { id, address, account, hostKey, site, certificate };
  }

  /**
   * Where a host stack's machine that serves a project is reached, and how it is known; undefined where the stack
   * published none that came up.
   */
  async reachedMachine(
    stack: string,
    project: ProjectSpec,
  ): Promise<{ readonly address: string; readonly hostKey: string } | undefined> {
    const outputs = await this.outputs(stack).catch(() => undefined);
    const { address, hostKey } = (outputs && nodeOf(outputs, project.slug, project.formerly)) ?? {};
    return address && hostKey ? { address, hostKey } : undefined;
  }

  /**
   * Besides the reference, which states of stacks hold: as outputs of one, all of them would be unknown
   * because a word of one failed host is, and no `apply` would ever judge them.
   */
  private outputs(stack: string): Promise<StackOutputs> {
    const name = this.referenceName(stack);
    const asked =
      this.asked.get(stack) ?? outputsOf(name).then((outputs) => readOutputs(stack, outputs));
    if (!this.asked.has(stack)) {
      new pulumi.StackReference(name);
      this.asked.set(stack, asked);
    }
    return asked;
  }
}

function hostOf({ slug, formerly }: ProjectSpec, stack: string, outputs: StackOutputs): string {
  const { address, hostKey }: NodeOutput = nodeOf(outputs, slug, formerly) ?? {};
  const fault = addressProblem(address) ?? hostKeyProblem(hostKey);
  if (fault === undefined && address !== undefined) return address;
  throw refusal(
    `Project ${slug} is served by stack ${stack}, but that stack's outputs hold ${fault}. ` +
      `No record was touched. Fix: run pulumi up on stack ${stack} until its host comes up, or ` +
      `take servedBy out again.`,
  );
}

function nodeOf(
  { nodes }: StackOutputs,
  ...slugs: readonly (string | undefined)[]
): NodeOutput | undefined {
  const all = Object.values(nodes);
  return slugs.map((slug) => all.find((node) => houses(node, slug))).find((found) => found);
}

function addressProblem(address: string | undefined): string | undefined {
  const fits = address !== undefined && addressFault(address) === undefined;
  return fits ? undefined : `no address for it. Received: ${told(address)}`;
}

/** Whose key is not known was never entered: its bootstrap failed, or another program wrote this. */
function hostKeyProblem(hostKey: string | undefined): string | undefined {
  const fits = hostKey !== undefined && readHostKey(hostKey).kind === "key";
  return fits ? undefined : `an address without a host key for it. Received: ${told(hostKey)}`;
}

function told(value: string | undefined): string {
  return value === undefined ? "nothing" : (show(value) ?? "a text of another kind");
}

function houses({ projects }: NodeOutput, project: string | undefined): boolean {
  return project !== undefined && projects?.includes(project) === true;
}

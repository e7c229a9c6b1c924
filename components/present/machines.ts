import type { Placement } from "../placement/placement";
import { cloudFacts } from "../clouds/facts";
import type { Path } from "../clouds/describe";
import { largestDisk } from "../placement/choose";
import type { Cloud, NodeSpec } from "../fleet/fleet";
import type { Problem } from "../fleet/problem";
import { placeOf } from "../fleet/show";
import { mapping } from "../fleet/mapping";
import type { OwnState } from "./own-state";

/** A machine as this stack's state has it since its last update or refresh. */
export interface PresentMachine {
  readonly provider: Cloud;
  /** The provider's own name of its size. */
  readonly size: string;
  /** Region (DigitalOcean, AWS) or zone (Scaleway); undefined where the state does not say. */
  readonly region: string | undefined;
  /** GB of its root disk; undefined where the state does not say. */
  readonly diskGb: number | undefined;
  /** Whether it has a public IPv6 address. */
  readonly ipv6: boolean;
  /** Where a disk grows only with the size: whether it did at the last change of size. */
  readonly diskGrew?: boolean;
}

/** The machine of a node in the state, at the provider where the node goes; undefined: none yet. */
export function presentMachine(
  own: OwnState | undefined,
  { name, formerly }: Pick<NodeSpec, "name" | "formerly">,
  provider: Placement["provider"],
): PresentMachine | undefined {
  if (provider === "client") return undefined;
  const { types, size, place, disk, growsBy } = cloudFacts[provider].machine;
  const former = formerly === undefined ? undefined : `${formerly}-server`;
  const found = own?.find(types[0], `${name}-server`, former);
  return (
    found && {
      provider,
      size: String(valueAt(found, size)),
      region: text(valueAt(found, place)),
      diskGb: number(valueAt(found, disk)),
      ipv6: found["ipv6"] === true,
      ...(growsBy === undefined ? {} : { diskGrew: found[growsBy] === true }),
    }
  );
}

/**
 * Whether a disk that grows only with the size shall: when more is asked for than it has, since a
 * grown disk never shrinks again. DigitalOcean reads this only when the size changes, so that
 * until then it stays as it was.
 */
export function growsDisk(
  present: PresentMachine | undefined,
  size: string,
  askedGb: number,
): boolean {
  if (present === undefined) return false;
  if (present.size === size) return present.diskGrew === true;
  return present.diskGb !== undefined && present.diskGb < askedGb;
}

/**
 * What is wrong with the disk that a node asks for, beside the one its machine has: no provider
 * shrinks a disk, though each of them shows it as a plain update until it fails; and a Droplet's
 * grows only together with its size.
 */
export function diskProblems(
  node: NodeSpec,
  { size, diskGb, provider }: Placement,
  present: PresentMachine | undefined,
): readonly Problem[] {
  if (size === undefined || diskGb === undefined || present?.diskGb === undefined) return [];
  const has = present.diskGb;
  const at = placeOf(["nodes", node.name]);
  const smaller = "build a smaller machine in a host stack and switch to it with servedBy";
  if (diskGb < has) {
    return [
      {
        path: `${at}.${node.size === undefined ? "diskGb" : "size"}`,
        message: `would give the node a disk of ${diskGb} GB (${size.name}), but its machine has one of ${has} GB, and ${provider} cannot shrink a disk`,
        fix: `${keeping(node, present, has)}, or ${smaller}`,
      },
    ];
  }
  if (
    provider === "client" ||
    !growsWithSize(provider) ||
    present.size !== size.name ||
    has >= node.diskGb
  )
    return [];
  const others = cloudFacts[provider].prices.sizes
    .filter((other) => other.name !== size.name && largestDisk(other) >= node.diskGb)
    .filter((other) => other.memoryGb >= node.memoryGb)
    .map(({ name }) => name);
  return [
    {
      path: `${at}.diskGb`,
      message: `asks for ${node.diskGb} GB of disk, but the machine's has ${has} GB: it got the size ${size.name} without its disk, and ${provider} grows a disk only together with a change of size`,
      received: String(node.diskGb),
      fix:
        `write another size with enough disk under ${at}, such as size: ${others[0] ?? "a larger one"}; ` +
        `or resize disk, memory and processors in ${cloudFacts[provider].label}'s control panel (the machine is off meanwhile), then run \`pulumi refresh\``,
    },
  ];
}

/**
 * What is wrong with `ipv6` of a node, beside the machine it has: DigitalOcean adds an address to a Droplet
 * that runs, but does not configure it inside, so that visitors would be led to where nothing answers; and
 * takes it away with the Droplet alone.
 */
export function ipv6Problems(
  { name, ipv6 = false }: NodeSpec,
  present: PresentMachine | undefined,
): readonly Problem[] {
  if (present === undefined || present.ipv6 === ipv6) return [];
  const path = `${placeOf(["nodes", name])}.ipv6`;
  return ipv6
    ? [
        {
          path,
          message:
            "is declared of a machine that was made without IPv6, which nobody configures on it",
          fix: "take the line out, or build a machine with ipv6: true in a host stack and switch to it with servedBy",
        },
      ]
    : [
        {
          path,
          message:
            "is declared no more, but the machine was made with IPv6 and keeps it as long as it lives",
          fix: "write ipv6: true again, or build a machine without it in a host stack and switch to it with servedBy",
        },
      ];
}

/** What an operator must know of a change of size or disk before it is made, in sentences. */
export function resizeNotes(
  node: NodeSpec,
  { size, diskGb }: Placement,
  present: PresentMachine | undefined,
): readonly string[] {
  if (size === undefined || present === undefined) return [];
  const notes: string[] = [];
  if (present.size !== size.name) {
    notes.push(
      `Node ${node.name}: its machine is powered off and on again to become ${size.name} instead of ${present.size}.`,
    );
  }
  const has = present.diskGb;
  if (has === undefined || diskGb === undefined) return notes;
  const grows = growsWithSize(present.provider)
    ? present.size !== size.name && growsDisk(present, size.name, node.diskGb)
    : diskGb > has;
  if (grows) {
    notes.push(
      `Node ${node.name}: its disk grows from ${has} to ${diskGb} GB; it can never shrink again.`,
    );
  }
  return notes;
}

function keeping(node: NodeSpec, present: PresentMachine, has: number): string {
  if (node.size === undefined) return `write diskGb: ${has}`;
  return growsWithSize(present.provider)
    ? `choose a size with at least ${has} GB of disk`
    : `add diskGb: ${has}`;
}

/** Whether a machine's disk grows only together with its size. */
function growsWithSize(provider: Cloud): boolean {
  return cloudFacts[provider].machine.growsBy !== undefined;
}

function valueAt(outputs: unknown, path: Path): unknown {
  return path.reduce((found, key) => mapping(found)[key], outputs);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

import { moneyText, type Money } from "../../operations/review/facts/cost";
import type { StackReview } from "../../operations/review/model";
import type { Doors } from "./visiting";
import type { Machine } from "./machines";
import type { Reach, World, Writer } from "./world";

export const facets = ["cost", "interruption", "data", "access", "names"] as const;

/** One sentence for each thing that happens, sorted; nothing for what stays as it is. */
export type Verdicts = Readonly<Record<(typeof facets)[number], readonly string[]>>;

/** What a review says of a change. Addresses that only the update knows are taken from the outcome. */
export function said(review: StackReview, outcome: World): Verdicts {
  return sorted({
    cost: [
      costText("all", review.cost.before, review.cost.after),
      ...review.cost.nodes.map(({ node, before, after }) => costText(node, before, after)),
    ],
    interruption: review.interruptions.map(({ node, kind, projects }) =>
      interruptionText(node, kind, projects),
    ),
    data: review.data.map(
      ({ kind, what }) => `${kind} ${what.replace(/^(the disk of \S+) at .*/, "$1")}`,
    ),
    access: review.access.map(({ who, kind, what, where }) => `${who} ${kind} ${what} on ${where}`),
    names: review.names.map(({ name, from, to }) =>
      nameText(name, from, to?.startsWith("an address known") ? outcome.records[name] : to),
    ),
  });
}

/** What became of the world. */
export function really(before: World, after: World): Verdicts {
  return sorted({
    cost: costs(before, after),
    interruption: interruptions(before, after),
    data: [...lostDisks(before, after), ...lostArchives(before, after)],
    access: [people, writers, groups, ports].flatMap((each) => each(before, after)),
    names: keysOf(before.records, after.records)
      .filter((name) => before.records[name] !== after.records[name])
      .map((name) => nameText(name, before.records[name], after.records[name])),
  });
}

/** What happened to a machine, whatever anybody said. */
export function fateOf(before: World, after: World, node: string): string {
  const [was, is] = [before.machines[node], after.machines[node]];
  if (!was) return is ? "new" : "never there";
  if (!is) return "gone";
  if (is.disk !== was.disk) return "replacement";
  return is.boot === was.boot ? "none" : "restart";
}

function interruptions(before: World, after: World): string[] {
  return Object.keys(before.machines).flatMap((node) => {
    const [fate, off] = [fateOf(before, after, node), before.served[node]!];
    if (fate === "none") return [];
    // Nobody notices the end of what nobody comes to.
    if (fate === "gone") return off.length > 0 ? [interruptionText(node, "end", off)] : [];
    return [interruptionText(node, fate, off)];
  });
}

function costs(before: World, after: World): string[] {
  const nodes = keysOf(before.cost, after.cost);
  const texts = nodes.map((node) => ({
    text: costText(node, before.cost[node] ?? {}, after.cost[node] ?? {}),
    same: JSON.stringify(before.cost[node]) === JSON.stringify(after.cost[node]),
  }));
  return [
    costText("all", total(before), total(after)),
    ...texts.filter(({ same }) => !same).map(({ text }) => text),
  ];
}

function total({ cost }: World): Money {
  const sum: Record<string, number> = {};
  for (const [currency, amount] of Object.values(cost).flatMap((money) => Object.entries(money))) {
    sum[currency] = (sum[currency] ?? 0) + amount;
  }
  return sum;
}

function lostDisks(before: World, after: World): string[] {
  return Object.entries(before.machines)
    .filter(([, { disk }]) => !after.disks.includes(disk))
    .map(([node]) => `destroys the disk of ${node}-server`);
}

function lostArchives(before: World, after: World): string[] {
  const gone = before.archives.filter((bucket) => !after.archives.includes(bucket));
  const shorter = Object.entries(before.kept).filter(
    ([bucket, days]) => after.buckets.includes(bucket) && (after.kept[bucket] ?? 0) < days,
  );
  return [
    ...gone.map((bucket) => `destroys bucket ${bucket} with all archives in it`),
    ...shorter.map(
      ([bucket]) => `destroys the lock on archives in ${bucket}: they can be deleted sooner`,
    ),
  ];
}

const rights = {
  people: { gains: "an account with sudo and Docker", loses: "the account" },
  deployers: { gains: "may deploy (root on the machine)", loses: "may no longer deploy" },
} as const;

function people(before: World, after: World): string[] {
  const nodes = keysOf(before.machines, after.machines);
  return (["people", "deployers"] as const).flatMap((role) =>
    nodes.flatMap((node) => {
      const [was, is] = [doors(before.machines[node], role), doors(after.machines[node], role)];
      return keysOf(was, is).flatMap((who) => {
        const [had, has] = [was[who], is[who]];
        if (!had) return [`${who} gains ${rights[role].gains} on ${node}`];
        if (!has) return [`${who} loses ${rights[role].loses} on ${node}`];
        const counts = [
          [has.filter((key) => !had.includes(key)).length, "more"],
          [had.filter((key) => !has.includes(key)).length, "no longer valid"],
        ] as const;
        const texts = counts
          .filter(([count]) => count > 0)
          .map(([count, what]) => `${count} SSH key${count === 1 ? "" : "s"} ${what}`);
        return texts.length > 0 ? [`${who} changes ${texts.join(", ")} on ${node}`] : [];
      });
    }),
  );
}

function doors(machine: Machine | undefined, role: keyof Doors): Doors[typeof role] {
  return machine?.doors[role] ?? {};
}

function writers(before: World, after: World): string[] {
  return keysOf(before.writers, after.writers).flatMap((user) => {
    const [was, is] = [before.writers[user], after.writers[user]];
    const text = (verb: string, { project, node }: Writer, rest = "") =>
      `the machine ${verb} writing the archives of ${project}${rest} on ${node}`;
    if (!is) return [text("loses", was!)];
    if (!was) return [text("gains", is)];
    const rest = ` instead of those of ${was.project}`;
    return was.project === is.project ? [] : [text("changes", is, rest)];
  });
}

function groups(before: World, after: World): string[] {
  return keysOf(before.groups, after.groups).flatMap((group) => {
    const [was, is] = [before.groups[group], after.groups[group]];
    const what = (is ?? was)!.prunes ? "reading and pruning archives" : "reading archives";
    const places = (some?: Reach, others?: Reach) =>
      (some?.places ?? []).filter((place) => !others?.places.includes(place));
    return [
      ...places(is, was).map((place) => `the group ${group} gains ${what} on ${place}`),
      ...places(was, is).map((place) => `the group ${group} loses ${what} on ${place}`),
    ];
  });
}

/** The usual ports of a new machine are no news, and it has no others. */
function ports(before: World, after: World): string[] {
  return Object.entries(after.machines).flatMap(([node, { ports: now }]) => {
    const was = before.machines[node]?.ports ?? now;
    return [
      ...now.filter((port) => !was.includes(port)).map((port) => `gains port ${port}`),
      ...was.filter((port) => !now.includes(port)).map((port) => `loses port ${port}`),
    ].map((text) => `anyone ${text} on ${node}`);
  });
}

function keysOf(...maps: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))];
}

function costText(what: string, before: Money | "unknown", after: Money | "unknown"): string {
  return `${what}: ${moneyText(before)} → ${moneyText(after)}`;
}

function interruptionText(node: string, kind: string, off: readonly string[]): string {
  return `${node}: ${kind}, off: ${[...off].sort().join(", ") || "nothing"}`;
}

function nameText(name: string, from: string | undefined, to: string | undefined): string {
  return `${name}: ${from ?? "none"} → ${to ?? "none"}`;
}

function sorted(verdicts: Verdicts): Verdicts {
  return Object.fromEntries(
    facets.map((facet) => [facet, [...verdicts[facet]].sort()]),
  ) as unknown as Verdicts;
}

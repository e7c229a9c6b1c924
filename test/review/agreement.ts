import { expect } from "vitest";

import type { StackReview } from "../../operations/review/model";
import type { World } from "./world";

/** What the local cloud showed about one change, beside what the review had said. */
export interface Seen {
  readonly said: StackReview;
  readonly before: World;
  readonly after: World;
}

/** What holds for every change: machines, records, buckets and money, item by item. */
export function verdictsAgree({ said, before, after }: Seen): void {
  const gone = Object.entries(before.machines).filter(
    ([name, { id }]) => after.machines[name]?.id !== id,
  );
  const lost = said.data.filter(
    ({ kind, what }) => kind === "destroys" && what.startsWith("the disk of "),
  );
  expect(lost.map(({ name }) => name).sort()).toEqual(
    gone.map(([name]) => `${name}-server`).sort(),
  );
  const buckets = said.data.filter(
    ({ kind, what }) => kind === "destroys" && what.startsWith("bucket "),
  );
  expect(buckets).toHaveLength(
    before.buckets.filter((name) => !after.buckets.includes(name)).length,
  );

  const names = new Set([...Object.keys(before.records), ...Object.keys(after.records)]);
  const changed = [...names].filter((name) => before.records[name] !== after.records[name]);
  expect([...new Set(said.names.map(({ name }) => name))].sort()).toEqual(changed.sort());

  const restarted = Object.entries(before.machines).filter(
    ([name, { id, size }]) => after.machines[name]?.id === id && after.machines[name].size !== size,
  );
  const restarts = said.interruptions.filter(({ kind }) => kind === "restart");
  expect(restarts.map(({ node }) => node).sort()).toEqual(restarted.map(([name]) => name).sort());

  expect(said.cost.before).toEqual(before.cost);
  expect(said.cost.after).toEqual(after.cost);
}

export function nodesWith(world: World, person: string): readonly string[] {
  return world.accounts
    .filter((account) => account.endsWith(`: ${person}`))
    .map((account) => account.split(":")[0]!)
    .sort();
}

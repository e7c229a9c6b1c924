import { aside, survey, type Survey } from "../answers";
import { ask } from "../machines";
import { hasLeft, isDelivered, refuseUnfit } from "../plan";
import { Refusal } from "../../ground/usage";
import type { Step } from "../step";

/**
 * The version that serves, delivered to the new machine, which judges it on the project's own port before it takes it,
 * and then once more as the project's job on Jenkins delivers, where it has one (R65): whatever is not right between
 * Jenkins and that machine is seen before visitors are there. Only then is it known which databases will be there, so they are compared here.
 */
export const deliver: Step = {
  name: "deliver",
  does: "sets aside what an earlier move left on the new machine, and delivers the version that serves there, which tests it on the project's port, and by its job (R65)",
  precondition: ({ world, environment, slug }) => {
    world.job(environment, slug);
    return Promise.resolve();
  },
  async act({ old, new: target, target: machine, slug, by, environment, world }) {
    const before = await ask(old, ["survey", slug], survey);
    const { commit } = before;
    if (!commit)
      throw new Refusal(`${old.name} does not say which commit of ${slug} it serves: deliver it`);
    const there = await ask(target, ["survey", slug], survey);
    // Read-only, it would be what is tried: nothing could be written to it.
    if (hasLeft(there)) await ask(target, ["room", slug], aside);
    // A move that was given up has taken its containers along; what was delivered to serve runs its workers too.
    if (
      hasLeft(there) ||
      !isDelivered({ old: before, new: there }) ||
      actsThere({ old: before, new: there })
    ) {
      await target.call("site", [
        ...["deploy", slug, "--beside", "--by", by, "--ref", commit],
        ...["--reason", `moves to this machine of ${environment}`],
      ]);
    }
    const job = world.job(environment, slug);
    const ran = job && (await job(commit, machine));
    return { commit, ...(ran === undefined ? {} : { job: ran }) };
  },
  async check({ old, new: target, slug, keeper }, evidence) {
    const { way } = keeper.journal;
    const [before, after] = [
      await ask(old, ["survey", slug], survey),
      await ask(target, ["survey", slug], survey),
    ];
    if (before.commit !== after.commit) {
      throw new Refusal(
        `${old.name} serves ${short(before.commit)} and ${target.name} has ${short(after.commit)}`,
      );
    }
    refuseUnfit({ old: before, new: after, delivered: true, way }, target.name);
    return [
      `${target.name} has ${short(after.commit)} and answered on the project's port`,
      way === "dump"
        ? "its databases are of the same kinds, and of no older version"
        : "images, versions, collations and instruction sets are those of the old machine",
      ...jobOf(evidence),
      ...waits(after),
    ];
  },
};

/** Whether something acts by itself on the new machine already. */
function actsThere({ old, new: target }: Record<"old" | "new", Survey>): boolean {
  const acting = new Set((target.acting ?? old.acting)?.services);
  return target.services.some(({ service, status }) => status === "running" && acting.has(service));
}

function jobOf(evidence: unknown): string[] {
  const { job } = (evidence ?? {}) as { readonly job?: string };
  return job === undefined ? [] : [job];
}

function waits({ acting, beside }: Survey): string[] {
  if (!beside || !acting || acting.services.length === 0) return [];
  return [`${acting.services.join(", ")} wait there until it serves`];
}

function short(commit: string | null | undefined): string {
  return commit?.slice(0, 12) ?? "nothing";
}

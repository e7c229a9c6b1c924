import { z } from "zod";

import { answersScript } from "../../../components/machine/questions";
import { askedOf, readAnswers } from "../../fleet/answered";
import { backedUpProject } from "../../fleet/backed-up";
import type { Machine } from "../../fleet/fleet";
import { look, type Look } from "../../fleet/look";
import type { Context } from "../../ground/context";
import type { Entrance } from "../../ground/sessions";
import type { Collector } from "../reading";

const text = z.string().max(2_000);
const amount = z.number().int().min(0).max(1e6);

/** What a machine says of itself, as far as it is believed. */
const machineSaid = z.object({
  /** How its check ended; a session that did not take place is no answer. */
  check: z.object({
    kind: z.enum(["done", "drift", "failed", "refused", "observed"]),
    differ: amount,
    detail: text,
  }),
  /** null, here and below: it did not tell. */
  facts: z
    .object({
      owner: text,
      diskPercent: z.number().min(0).max(100),
      rebootNeeded: z.boolean(),
      updates: amount,
      securityUpdates: amount,
    })
    .nullable(),
  /** Ways in that nobody declared. */
  open: z.array(text).nullable(),
  served: z
    .array(z.object({ slug: text, ends: z.date().optional(), unobtained: text.optional() }))
    .nullable(),
  delivered: z
    .array(
      z.object({
        slug: text,
        commit: z.string().nullish(),
        at: text.nullish(),
        verdict: text.nullish(),
        running: z.boolean().nullish(),
        delivering: z.unknown(),
        services: z.record(text, text).nullish(),
        expected: z.array(text).nullish(),
        waiting: z.array(text).nullish(),
        project: text.nullish(),
        identities: z.record(text, text).nullish(),
      }),
    )
    .nullable(),
  backedUp: z.array(backedUpProject).nullable(),
  /** What listens there beyond its loopback, and its containers. */
  listening: z
    .array(z.object({ protocol: text, address: text, port: amount }))
    .max(500)
    .nullable(),
  containers: z
    .array(
      z.object({
        ...{ name: text, image: text, status: text, oneOff: z.boolean() },
        ...{ project: text.optional(), service: text.optional() },
      }),
    )
    .max(500)
    .nullable(),
  /** The status that each site's service answered on the loopback; 0: none. */
  answers: z.record(z.string(), z.number().int().min(0).max(599)),
});

export type MachineSaid = z.output<typeof machineSaid>;

/** One session on each machine, in which everything is asked; `entrance`: why there is none, or the way in. */
export function machines(
  context: Context,
  entrance: () => Promise<Entrance>,
): Collector<Machine, MachineSaid> {
  return {
    source: ({ stack, node }) => `${stack}/${node.name} itself`,
    limitMs: 40_000,
    form: machineSaid,
    ask: async (machine, _signal, withinMs) => {
      const way = await entrance();
      // A little less, so that its session is ended before nobody waits for it any more.
      const seen = await look(machine, way, withinMs - 500, answersScript(askedOf(machine)));
      if (seen.health.outcome.kind === "fault") throw new Error(seen.health.outcome.detail);
      return { at: context.now, said: saidBy(seen) };
    },
  };
}

/** What a look says, in the collector's form. Pure. */
export function saidBy({ health, said }: Look): object {
  const { outcome, facts, traces, served, delivered, backedUp, inside } = health;
  const report = "report" in outcome ? outcome.report : undefined;
  const about = report?.findings.filter(({ kind }) => kind === outcome.kind) ?? [];
  const [first] = about;
  return {
    check: {
      kind: outcome.kind,
      differ: about.length,
      detail: first ? `${first.subject}: ${first.detail}`.slice(0, 500) : "the check did not end",
    },
    facts: facts ?? null,
    open: traces?.open ?? null,
    served: served ?? null,
    delivered: delivered ?? null,
    backedUp: backedUp ?? null,
    listening: inside?.listening ?? null,
    containers: inside?.containers ?? null,
    answers: readAnswers(said),
  };
}

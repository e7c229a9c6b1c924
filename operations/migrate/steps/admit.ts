import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";

import { Refusal } from "../../ground/usage";
import { besidesDoor } from "../door-changes";
import type { Move } from "../move";
import { leadersIn, withLeaders } from "../visitors-line";
import { isAddress, isShut } from "../way";
import type { Step } from "../step";

const evidence = z.object({
  /** Whether the line is the command's own, and not a person's: an abort takes it out. */
  written: z.boolean().default(false),
  /** Whether the stack was updated. */
  opened: z.boolean().default(false),
});

/**
 * The cloud's firewall before the new machine lets in the old one, which leads visitors there while names still lead to
 * it (R70). Nothing is frozen before, so an update may take what it takes.
 */
export const admit: Step = {
  name: "admit",
  does: "lets the old machine in at the cloud's firewall before the new one, where that lets in the edge alone: writes visitorsFrom and updates the stack, after a preview that holds nothing else (R70)",
  async act(move) {
    const { slug, to, context, commits, world, target, keeper } = move;
    const file = fileOf(move);
    const text = fs.readFileSync(file.path, "utf8");
    const known = leadersIn(text, target.node.name);
    const isKnown = known.some((each) => isAddress(each, move.source.address));
    if (!isKnown && !isShut(move)) return {};
    if (!isKnown) {
      const from = [...known, move.source.address];
      const after = withLeaders(text, { node: target.node.name, from }, file.name);
      await refuseWhatIsDue(move);
      await keeper.note("admit", "begun", { written: true });
      fs.writeFileSync(file.path, after);
      const what = `visitorsFrom of ${target.node.name} names ${move.source.address}`;
      if (commits) {
        const branch = `move-${slug}-to-${to}`;
        const made = await world.commit(file.name, branch, `${slug}: ${what}, as it moves here`);
        throw new Refusal(`${file.name}: ${what}, committed on ${made}: deploy that`);
      }
      context.say(`${file.name}: ${what} (${slug}); commit it`);
    }
    const { written } = evidence.parse(keeper.evidenceOf("admit") ?? {});
    const { doors, besides } = besidesDoor(await world.preview(to), target.node.name);
    if (doors === 0) return { written };
    if (besides.length > 0) throw more(to, besides);
    await world.up(to);
    return { written, opened: true };
  },
  async check({ to, world, target, source }, said) {
    if (!evidence.parse(said).opened) return [];
    const { doors } = besidesDoor(await world.preview(to), target.node.name);
    if (doors === 0) {
      return [`the firewall before ${to}/${target.node.name} lets in ${source.address}`];
    }
    throw new Refusal(
      `the firewall before ${to}/${target.node.name} is not as Pulumi.${to}.yaml has it`,
    );
  },
  undo(move) {
    const { context, keeper, source, target, to } = move;
    if (!evidence.parse(keeper.evidenceOf("admit") ?? {}).written) return Promise.resolve();
    const file = fileOf(move);
    const text = fs.readFileSync(file.path, "utf8");
    const from = leadersIn(text, target.node.name).filter(
      (each) => !isAddress(each, source.address),
    );
    fs.writeFileSync(file.path, withLeaders(text, { node: target.node.name, from }, file.name));
    context.say(
      `${file.name}: visitorsFrom names ${source.address} no more; commit it, and close the firewall: pulumi up --stack ${to}`,
    );
    return Promise.resolve();
  },
};

function fileOf({ to, context }: Move): { readonly name: string; readonly path: string } {
  const name = `Pulumi.${to}.yaml`;
  return { name, path: path.join(context.directory, name) };
}

/** Refuses while the new machine's stack has anything else to update: it would come with the opening, unlooked at. */
async function refuseWhatIsDue({ world, to, target }: Move): Promise<void> {
  const { due } = besidesDoor(await world.preview(to), target.node.name);
  if (due.length > 0) throw more(to, due);
}

function more(to: string, changes: readonly string[]): Refusal {
  return new Refusal(
    [
      `pulumi up --stack ${to} has other things to do, which would come with the opening for the old machine:`,
      ...changes.map((each) => `  - ${each}`),
      "Deploy them first, or take them out of the stack file.",
    ].join("\n"),
  );
}

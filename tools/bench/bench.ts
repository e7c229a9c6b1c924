import * as util from "node:util";

import { untilAsked } from "../../engine/program";
import { benchBackups } from "./backups";
import { benchBoard } from "./board";
import { benchEdge } from "./edge";
import { benchHosts } from "./hosts";
import { benchMigration } from "./migration";
import type { Bench, Part } from "./part";
import { benchPreview } from "./preview";
import { benchReview } from "./review";
import { benchSite } from "./site";
import { benchUnchanged, benchUp } from "./up";

const parts: Readonly<Record<string, Part>> = {
  preview: {
    measures: "preview of fleets beside an empty program and one that only imports the same SDKs",
    run: benchPreview,
  },
  up: {
    measures: "up of new fleets beside itself without the engine's checkpoints, and bytes of state",
    run: benchUp,
  },
  unchanged: {
    measures: "up of a fleet that is as declared beside that of an empty program",
    run: benchUnchanged,
  },
  review: {
    measures: "berth review of one change to 60 projects beside the plain preview of it",
    run: benchReview,
  },
  hosts: {
    measures: "converge of booted hosts beside Ansible's (Linux, root)",
    run: benchHosts,
  },
  site: {
    measures: "visits during deliveries of a site beside plain docker compose's (Linux, root)",
    run: benchSite,
  },
  edge: {
    measures: "visits while proxy, neighbours, certificate and origin pulls change (Linux, root)",
    run: benchEdge,
  },
  migration: {
    measures: "a live move of a site there and back beside stop, dump and restore (Linux, root)",
    run: benchMigration,
  },
  backups: {
    measures: "an archive of a dump and files into S3 and back beside zstd's and lrzip's (Linux)",
    run: benchBackups,
  },
  board: {
    measures: "berth board of 60 projects with 5 dead hosts beside the same with none",
    run: benchBoard,
  },
};

/** What is measured when no part is named: what needs no host that boots. */
const usual = ["preview", "up", "unchanged"];

const usage = [
  "usage: npm run bench [-- <part>... [--sizes 1,10] [--json]]",
  ...Object.entries(parts).map(([name, { measures }]) => `  ${name.padEnd(10)} ${measures}`),
  `Without a part: ${usual.join(", ")}. --sizes: numbers of nodes or hosts, or MiB of backups and moves.`,
  "",
].join("\n");

/**
 * `npm run bench`: each part sets the same engine, backend and secrets manager beside something else in
 * one run, so that the ratios hold on any machine, and prints each figure as it comes. Cut off, it ends
 * what it had started, removes it and exits with 130.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const asked = read(argv);
  if (!asked) {
    process.stderr.write(usage);
    return 2;
  }
  const stream = asked.json ? process.stderr : process.stdout;
  const say = (line: string) => void stream.write(`${line}\n`);
  return untilAsked(async (signal) => {
    const found: Record<string, object> = {};
    for (const name of asked.names) {
      const part = parts[name]!;
      say(`${name}: ${part.measures}`);
      const bench: Bench = { say, signal, ...(asked.sizes ? { sizes: asked.sizes } : {}) };
      try {
        found[name] = await part.run(bench);
      } catch (error) {
        if (!signal.aborted) throw error;
        process.stderr.write("bench: stopped; what it had started is ended and removed\n");
        return 130;
      }
    }
    if (asked.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
    return 0;
  });
}

interface Asked {
  readonly names: readonly string[];
  readonly sizes?: readonly number[];
  readonly json: boolean;
}

/** Undefined: an option, a part or a size that there is not. */
function read(argv: readonly string[]): Asked | undefined {
  // A part may be written as an option too: --edge.
  const bare = (word: string) => word.replace(/^--/, "");
  const args = argv.map((word) => (Object.hasOwn(parts, bare(word)) ? bare(word) : word));
  const options = { json: { type: "boolean" }, sizes: { type: "string" } } as const;
  try {
    const { values, positionals } = util.parseArgs({ args, options, allowPositionals: true });
    const { json = false, sizes } = values;
    if (!positionals.every((name) => Object.hasOwn(parts, name))) return undefined;
    if (sizes !== undefined && !/^[1-9]\d*(,[1-9]\d*)*$/.test(sizes)) return undefined;
    const names = positionals.length > 0 ? positionals : usual;
    return { names, json, ...(sizes === undefined ? {} : { sizes: sizes.split(",").map(Number) }) };
  } catch {
    return undefined;
  }
}

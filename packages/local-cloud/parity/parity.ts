import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { providers as everyProvider } from "../providers";
import { compareSchemas } from "./compare-schema";
import { document } from "./document";
import { gaps as everyGap, leftOut } from "./gaps";
import { readRecordings } from "./recording";
import { judge, run, type Outcome } from "./run";
import { rows } from "./table";
import { printed } from "./print";

/** Paths of the recordings and of the document that come with the project. */
const root = path.resolve(__dirname, "../../..");
const ownRecordings = path.resolve(__dirname, "../recorded");
const documentFile = path.join(root, "docs/parity.md");

const usage = `npm run parity -- [--recorded DIR] [--provider NAME] [--write] [--json]
  --recorded DIR   replay other recordings of the same form (default: packages/local-cloud/recorded)
  --provider NAME  only this provider's calls
  --write          write docs/parity.md (only with the default recordings, all providers)
  --json           the outcome as JSON on standard output`;

/** `npm run parity`: prints what was compared; 1 for an unexplained difference. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      recorded: { type: "string" },
      provider: { type: "string" },
      write: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const directory = path.resolve(values.recorded ?? ownRecordings);
  const own = directory === ownRecordings;
  const only = values.provider;
  if (values.write && (!own || only)) throw new Error(`--write takes no other option\n${usage}`);
  const providers = everyProvider.filter(({ name }) => !only || name === only);
  if (providers.length === 0) {
    const names = everyProvider.map(({ name }) => name).join(", ");
    throw new Error(`--provider ${only}: not emulated; one of ${names}`);
  }

  const { calls, unreadable, skipped } = readRecordings(directory);
  const chosen = calls.filter((call) => !only || call.provider === only);
  const outcome: Outcome = {
    ...(await run(chosen, providers, leftOut)),
    unreadable,
    skipped,
  };
  const gaps = everyGap.filter((gap) => !only || gap.type.startsWith(`${only}:`));
  const schema = compareSchemas(providers);
  const verdict = judge({ findings: [...outcome.findings, ...schema] }, gaps);
  const table = rows(outcome.findings, gaps, providers);
  // Other recordings need not show what a gap is about.
  const unused = own ? verdict.unused : [];

  if (values.write) {
    fs.writeFileSync(documentFile, await formatted(document(outcome, table, everyGap, schema)));
  }
  if (values.json) {
    const { unexplained } = verdict;
    const { leftOut: absent, missing } = outcome;
    console.log(JSON.stringify({ rows: table, unexplained, unused, absent, missing, unreadable }));
  } else {
    console.log(printed(outcome, table, schema, verdict.unexplained, unused));
  }
  // Of other recordings nobody promised that every call can be replayed or is of use here.
  const failures = [verdict.unexplained, unused, ...(own ? [outcome.missing, unreadable] : [])];
  return failures.every((list) => list.length === 0) ? 0 : 1;
}

/** The document as the project formats all its files. */
export async function formatted(markdown: string): Promise<string> {
  const prettier = await import("prettier");
  const config = await prettier.resolveConfig(documentFile);
  return prettier.format(markdown, { ...config, parser: "markdown" });
}

import * as fs from "node:fs";
import * as path from "node:path";

import { clouds, environments, type Cloud, type Environment } from "../../components/fleet/fleet";
import { dayText, domainPattern } from "../../components/fleet/formats";
import { mapping } from "../../components/fleet/mapping";
import { readStackFiles, sharedConfig } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { declaredSoFar } from "./declared";
import { propose } from "./propose";
import { readSources, type Sources } from "./read";
import { render } from "./render";

/** How `berth adopt` is called. */
export const usage = `usage: berth adopt --scan [sources] [options]

Reads a fleet that was made by hand or by another tool, and writes the stanzas of its machines, names and
archives for a stack file. Changes nothing anywhere. What no source tells is a comment that says what to fill
in; what cannot be declared is named with the reason.

sources, one at least; lists are separated by commas:
  --from CLOUDS       accounts, by the credentials of the environment: ${clouds.join(", ")}
  --zone NAMES        Cloudflare zones (CLOUDFLARE_API_TOKEN): which name leads to which machine
  --bucket NAMES      buckets that archives go to
  --terraform FILE    what \`terraform state pull\` or \`terraform show -json\` printed
  --ansible FILE      an inventory, INI or YAML
  --known-hosts FILE  host keys that you trusted before, as ssh keeps them

options:
  --environment E     whose stack file it is for; prod when absent
  --out FILE          write it to a new file

Ends with 0 when every source was read, 1 when one was not: what the others told is written all the same.
`;

/** `berth adopt`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["scan"],
    values: [
      ...["from", "zone", "bucket", "terraform", "ansible", "known-hosts"],
      ...["environment", "out"],
    ],
  });
  if (words.length > 0) throw new UsageError(`adopt takes no words: ${words.join(" ")}`);
  if (!flags.has("scan")) throw new UsageError("--scan is all that it does");
  const environment = environmentOf(values["environment"] ?? "prod");
  const sources = sourcesOf(values);
  const file = values["out"] === undefined ? undefined : path.resolve(values["out"]);
  if (file !== undefined && fs.existsSync(file)) {
    throw new Refusal(`--out ${file}: is there already; name a new file`);
  }
  const { stacks } = readStackFiles(context.directory);
  const agency = mapping((stacks[environment] ?? sharedConfig(context.directory))["agency"]);
  const { declared, troubles } = await declaredSoFar(context, stacks);
  const found = await readSources(sources, mapping(agency["zones"]), context);
  const proposal = propose({
    ...{ found, declared, environment },
    awsAccount: String(agency["awsAccount"] ?? ""),
    agencyDomains: (Array.isArray(agency["domains"]) ? agency["domains"] : []).map(String),
  });
  const text = render(proposal, {
    sources: sources.words,
    day: dayText(context.now.getTime()),
    stack: environment,
  });
  if (file === undefined) context.out(text);
  else fs.writeFileSync(file, text, { flag: "wx" });
  const all = [...troubles, ...found.troubles];
  for (const trouble of all) context.say(`not read: ${trouble}`);
  const { stanzas, leftOut } = proposal;
  const open = stanzas.filter(({ closed }) => closed.length === 0).length;
  context.say(
    `${file === undefined ? "" : `${file}: `}${open} of ${stanzas.length} machines to be filled in, the others stand there as comments; ${leftOut.length} things are left out`,
  );
  return all.length === 0 ? exits.done : exits.failed;
}

function environmentOf(name: string): Environment {
  const found = environments.find((each) => each === name);
  if (found === undefined) throw new UsageError(unknown("environment", name, environments));
  return found;
}

function sourcesOf(values: Readonly<Record<string, string>>): Sources {
  const listed = (key: string) => [
    ...new Set((values[key] ?? "").split(",").flatMap((each) => each.trim() || [])),
  ];
  const from = listed("from").map((name): Cloud => {
    const cloud = clouds.find((each) => each === name);
    if (cloud === undefined) throw new UsageError(unknown("cloud", name, clouds));
    return cloud;
  });
  const zones = listed("zone");
  const wrong = zones.find((zone) => !domainPattern.test(zone));
  if (wrong !== undefined) throw new UsageError(`--zone ${wrong}: is no name of a zone`);
  const buckets = listed("bucket");
  const { terraform, ansible, "known-hosts": knownHosts } = values;
  const named = [
    ...from,
    ...zones.map((zone) => `the zone ${zone}`),
    ...buckets.map((bucket) => `the bucket ${bucket}`),
    ...[terraform, ansible].flatMap((file) => (file === undefined ? [] : [path.basename(file)])),
  ];
  if (named.length === 0) throw new UsageError("which sources? One at least is needed");
  return {
    ...{ from, zones, buckets, words: named.join(", ") },
    ...(terraform === undefined ? {} : { terraform }),
    ...(ansible === undefined ? {} : { ansible }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
  };
}

import * as os from "node:os";

import { untilAsked } from "../../engine/program";
import type { Context } from "../ground/context";
import { printableLine } from "../ground/printable";
import { exits } from "../ground/usage";
import type { Picked } from "./archives";
import { Docker } from "./docker";
import type { BackedUp } from "./projects";
import { Proof } from "./proof";
import type { Store } from "./store";

/** Restores an archive into a server and volumes of their own, which stay, and says how to look into them. */
export async function toScratch(
  context: Context,
  { project, environment }: BackedUp,
  store: Store,
  { archive, manifest }: Picked,
): Promise<number> {
  const docker = new Docker(context.env);
  const kept = {
    server: (service: string) => `berth-scratch-${project.slug}-${service}`,
    tree: (name: string) => `berth-scratch-${project.slug}-${name}`,
  };
  const found = await untilAsked((signal) =>
    new Proof({
      ...{ project, environment, store, docker, kept, signal, say: context.say },
      // What is old is not stale: it was asked for.
      now: archive.at,
      ran: { in: null, by: os.userInfo().username },
      last: undefined,
      identity: context.env["BERTH_AGE_IDENTITY"],
    }).run({ archives: [archive], orphans: [], evidence: [] }),
  );
  const isWhole = found.verdict === "proven";
  context.out(
    `${archive.key}: ${isWhole ? "is there, all of it" : "is there in part, if at all"}\n`,
  );
  for (const reason of found.reasons) context.out(`  ${printableLine(reason, 1000)}\n`);
  for (const each of found.differences) context.out(`  note: ${printableLine(each, 1000)}\n`);
  for (const { service, kind } of manifest.databases) {
    const look = kind === "mongodb" ? "mongosh" : "psql -U postgres -l";
    context.out(`  look:   docker exec -it ${kept.server(service)} ${look}\n`);
  }
  for (const { name } of manifest.files) context.out(`  files:  the volume ${kept.tree(name)}\n`);
  const servers = manifest.databases.map(({ service }) => kept.server(service)).join(" ");
  const volumes = manifest.files.map(({ name }) => kept.tree(name)).join(" ");
  if (servers !== "") context.out(`  remove: docker rm -fv ${servers}\n`);
  if (volumes !== "") context.out(`  remove: docker volume rm ${volumes}\n`);
  return isWhole ? exits.done : exits.failed;
}

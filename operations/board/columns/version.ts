import { isDelivered } from "../../../components/placement/deliveries";
import { bad, good, none, unknown, type Cell } from "../cell";
import type { MachineSaid } from "../collectors/machines";
import type { Gathered } from "../gather";
import { ofMachine, ofReading } from "./known";

/** The commit that runs, against the head of its branch. */
export function commit(row: Gathered): Cell {
  const absent = undelivered(row);
  if (absent !== undefined) return absent;
  return ofMachine(row, (said, from) => {
    const site = siteOf(row, said);
    if (site === undefined) return unknown(from, "it did not tell what it delivers");
    const { commit: running, verdict, delivering } = site;
    if (delivering) return unknown(from, "a delivery is under way", short(running));
    const slug = row.subject.project!.slug;
    if (!running) return bad("nothing", from, `nothing is delivered; run berth deploy ${slug}`);
    if (!/^[0-9a-f]{40,64}$/.test(running)) return unknown(from, "it names no commit");
    const at = momentOf(site.at) ?? from.at;
    if (verdict && verdict !== "delivered") {
      return bad(
        short(running),
        { ...from, at },
        `the last delivery: ${verdict}; berth logs ${slug}`,
      );
    }
    return ofReading(row.branch, ({ head }, branch) => {
      const origin = { source: `${from.source}, and ${branch.source}`, at };
      if (head === null) return bad(short(running), origin, "the repository has no such branch");
      if (head === running) return good(short(running), origin);
      const why = `the branch is at ${short(head)}; berth deploy ${slug}`;
      return bad(`${short(running)}, not the head`, origin, why);
    });
  });
}

/** Its containers, seen against expected. */
export function containers(row: Gathered): Cell {
  const absent = undelivered(row);
  if (absent !== undefined) return absent;
  return ofMachine(row, (said, from) => {
    const site = siteOf(row, said);
    if (site === undefined) return unknown(from, "it did not tell what it delivers");
    const { services, expected, running } = site;
    if (!services) return unknown(from, "it did not tell its containers");
    const seen = Object.keys(services).length;
    if (!expected) {
      const why = "which are expected is written down by the next delivery";
      return unknown(from, why, `${seen} seen`);
    }
    // One that did its work and ended well is in order; how it ended is in the machine's own verdict.
    const fine = ["running", "healthy", ...(running ? ["exited"] : [])];
    const amiss = expected.flatMap((service) => {
      const state = Object.hasOwn(services, service) ? services[service]! : "has no container";
      return fine.includes(state) ? [] : [{ service, state }];
    });
    const value = `${expected.length - amiss.length} of ${expected.length}`;
    const why = amiss.map(({ service, state }) => `${service}: ${state}`).join(", ");
    if (amiss.length === 0) {
      return running ? good(value, from) : bad(value, from, "the version does not run");
    }
    const waits = amiss.every(({ state }) => ["starting", "created"].includes(state));
    return waits ? unknown(from, why, value) : bad(value, from, why);
  });
}

/** Why there is nothing of a delivery to know. */
function undelivered({ subject: { project, ended, machine } }: Gathered): Cell | undefined {
  if (project === undefined) return none("it serves no project");
  if (ended) return none("its service ended");
  if (project.repository === undefined) return none("no repository is declared");
  if (machine !== undefined && !isDelivered(machine.node, project)) {
    return none("Berth delivers nothing to this machine");
  }
  return undefined;
}

function siteOf({ subject }: Gathered, { delivered }: MachineSaid) {
  return delivered?.find(({ slug }) => slug === subject.project?.slug);
}

function short(commit: string | null | undefined): string {
  return (commit ?? "none").slice(0, 12);
}

function momentOf(text: string | null | undefined): Date | undefined {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? undefined : at;
}

import { firstArchiveName } from "../../components/backups/first-archive-name";
import { firstRunName } from "../../components/integrations/first-run-name";
import type { Change, Preview } from "../../engine/preview";
import { nameOf, typeOf } from "../../engine/urn";

/** Types under which a project's way in is made, as the components name themselves. */
const names = ["berth:index:ProjectNames", "berth:edge:OriginPulls"];

const session = "command:remote:Command";

/**
 * What an update would do besides leading one project's names, and its jobs, elsewhere, a sentence each. A switch in the
 * middle of a move is no moment for anything else. `node`: the environment's own for the project, which backs up what it serves
 * and no longer what it does not: its converge is told so, and the sessions that brought its key and awaited its first archive come or go.
 */
export function besidesNames(preview: Preview, slug: string, node?: string): readonly string[] {
  const byUrn = new Map(preview.changes.map((change) => [change.urn, change]));
  return preview.changes
    .filter(({ fate }) => fate !== "same" && fate !== "read")
    .filter((change) => !isOfNames(change, slug, byUrn) && !isOfJobs(change, slug))
    .filter((change) => node === undefined || !isOfBackups(change, slug, node))
    .map(({ fate, type, name }) => `${fate} ${type} ${name}`);
}

/**
 * The project's jobs on Jenkins, which follow it to the machine that serves it. The first run there of one that came from
 * elsewhere runs nothing yet.
 */
function isOfJobs({ type, name, fate }: Change, slug: string): boolean {
  if (type !== "command:local:Command") return false;
  if (name === `${slug}-jobs`) return fate === "update";
  return name === firstRunName(slug) && fate === "create";
}

function isOfBackups({ type, name, fate }: Change, slug: string, node: string): boolean {
  if (type !== session) return false;
  if (name === `${node}-converge`) return fate === "update";
  const own = [`${node}-${slug}-backup-delivered`, firstArchiveName(node, slug)];
  return own.includes(name) && (fate === "delete" || fate === "create");
}

function isOfNames(change: Change, slug: string, byUrn: ReadonlyMap<string, Change>): boolean {
  const state = change.after ?? change.before;
  // A component is no thing of its own: what it makes is judged.
  if (state?.custom === false) return change.fate !== "delete";
  if (change.fate === "delete") return false;
  const parents = parentsOf(change, byUrn);
  const owner = parents.find((urn) => names.includes(typeOf(urn)));
  if (owner === undefined) return false;
  const isOwn = nameOf(owner) === slug || nameOf(owner) === `${slug}-origin-pulls`;
  return isOwn && (typeOf(owner) !== "berth:index:ProjectNames" || change.fate === "update");
}

function parentsOf(change: Change, byUrn: ReadonlyMap<string, Change>): string[] {
  const parents: string[] = [];
  for (let at: Change | undefined = change; at !== undefined;) {
    const parent: string = (at.after ?? at.before)?.parent ?? "";
    if (parent === "" || parents.includes(parent)) break;
    parents.push(parent);
    at = byUrn.get(parent);
  }
  return parents;
}

import { printableLine } from "../ground/printable";
import type { Archive } from "./archive";
import type { Facts } from "./facts";
import type { End } from "./steps";

/**
 * The note that goes to the client, or stays with the agency: what there is, where it stays, and which accounts and
 * credentials go. It names secrets and holds none.
 */
export function noteOf(
  { slug, environment, project, machines, fleet }: Facts,
  {
    end,
    archive,
    zones,
    day,
  }: {
    readonly end: End;
    readonly archive?: Archive;
    readonly zones: readonly string[];
    readonly day: string;
  },
): string {
  const { access, secrets = [], jobs = {}, repository, names } = project;
  const list = (lines: readonly string[]) => lines.map((line) => `- ${printableLine(line)}`);
  const stays = (owner: string) =>
    owner === "berth"
      ? "in the agency's account, deleted with its snapshot at hand"
      : "stays where it is; Berth deletes nothing on it";
  return [
    `# ${slug} (${environment}), ${end === "handover" ? "handed over" : "ended"}`,
    `Written on ${day}.`,
    "## What there is",
    ...list([
      `the site: ${names.primary}`,
      ...(repository === undefined ? [] : [`its source: ${repository}`]),
      ...machines.map(
        ({ stack, node, address = "no address", owner }) =>
          `machine ${stack}/${node}, ${address}: ${stays(owner)}`,
      ),
      `on its machine: the checkout in /srv/berth/${slug}, volumes of Docker Compose, files ${(project.files ?? []).join(", ") || "none declared"}`,
      archive === undefined
        ? "archives: none are made of it"
        : `archives: ${archive.place}, the last proven one ${archive.key ?? "none"}; they stay${archive.lockedUntil === undefined ? "" : `, and nobody can delete that one before ${archive.lockedUntil.toISOString()}`}`,
      ...(zones.length === 0
        ? ["names: the client runs their DNS"]
        : zones.map((zone) => `names: ${zone}, to be imported by the next DNS`)),
    ]),
    "## What goes with the stanza",
    ...list([
      `its records at Cloudflare: ${[names.primary, names.direct, names.origin, ...project.furtherNames.map(({ name }) => name)].join(", ")}`,
      "the key that its machine adds archives with (an IAM user with the path /berth/)",
      ...Object.keys(jobs).map((job) => `the key of the job ${job}`),
      ...secrets.map(
        (name) => `the secret ${name} of the stack file; what uses it is to get a new value`,
      ),
    ]),
    "## What people take away",
    "On a machine that stays, after the client has logged in by an account and a key of their own, in one session of",
    "theirs (docs/guides/leaving-berth.md has the commands):",
    ...list([
      ...access.map((name) => `the account ${name}`),
      `the account berth, which these deployers' keys enter: ${Object.keys(fleet.team.deployers).join(", ")}`,
    ]),
    "Elsewhere: access to the repository, error trackers, mail and payment services, which no stack file names.",
  ]
    .map((line) => (line.startsWith("#") ? `\n${line}\n` : line))
    .join("\n")
    .trimStart()
    .concat("\n");
}

import { jobNamePattern } from "../fleet/formats";
import { readPublicKey } from "../fleet/ssh-key";
import type { Delivery } from "../placement/deliveries";
import { siteProgram } from "./programs";

/** The account that jobs' keys let in as; it can start deliveries and do nothing else (R80). */
export const jobsAccount = "berth-jobs";

interface Job {
  readonly command: string;
  readonly key: string;
}

/**
 * The jobs of a machine's deliveries. Throws on a name that a rule of sudo's would read otherwise, on what is
 * no public key, and on a key of two jobs: sshd would take it for the first one's alone.
 */
function jobsOf(deliveries: readonly Delivery[]): Job[] {
  const seen = new Map<string, string>();
  return deliveries.flatMap(({ slug, jobs }) =>
    Object.entries(jobs).map(([name, written]) => {
      const place = `projects.${slug}.jobs.${name}`;
      if (!jobNamePattern.test(name)) {
        throw new Error(
          `${place}: a job's name has lower-case letters, digits and hyphens, 40 at most`,
        );
      }
      const reading = readPublicKey(written);
      if (reading.kind !== "key") throw new Error(`${place}: is no public key`);
      const key = `${reading.type} ${reading.blob}`;
      const other = seen.get(key);
      if (other !== undefined) {
        throw new Error(`${place}: is the key of ${other} too; make each job a key of its own`);
      }
      seen.set(key, place);
      return { key: `${key} ${slug}/${name}`, command: `${siteProgram} job ${slug} ${name}` };
    }),
  );
}

/** The account's authorized_keys: each key runs one command, without a terminal or a forwarded port. */
export function jobKeys(deliveries: readonly Delivery[]): string {
  return jobsOf(deliveries)
    .map(({ key, command }) => `restrict,command="exec sudo -n ${command}" ${key}\n`)
    .join("");
}

/** Its rights: these commands to the letter. What the visitor asked for reaches them as sshd wrote it down. */
export function jobRights(deliveries: readonly Delivery[]): string {
  const jobs = jobsOf(deliveries);
  if (jobs.length === 0) return "";
  return [
    `Defaults:${jobsAccount} env_keep += "SSH_ORIGINAL_COMMAND", !use_pty`,
    ...jobs.map(({ command }) => `${jobsAccount} ALL=(root) NOPASSWD: ${command}`),
    "",
  ].join("\n");
}

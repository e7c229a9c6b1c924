import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { runProgram } from "../../engine/program";
import { printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";
import { writeFiles } from "./files";
import type { Spent } from "./job";
import type { Rendered } from "./render";

/**
 * Has Jenkins Job Builder, of the PATH, make each job's configuration: XML, by name. Throws a `Refusal` where it is not
 * there, or does not take them.
 */
export async function configurationsOf(
  jobs: readonly (Rendered & Spent)[],
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, string>> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-jobs-"));
  try {
    const [files, to] = [path.join(directory, "files"), path.join(directory, "jobs")];
    writeFiles(files, jobs, jobs[0]?.owner ?? "");
    fs.mkdirSync(to);
    const args = ["test", "--config-xml", "-o", to, files];
    // Its configuration and its cache are of the account's home, and nothing of either is wanted.
    const how = { env: { ...env, HOME: directory } };
    const { code, stderr } = await runProgram("jenkins-jobs", args, how).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new Refusal(
        "jenkins-jobs is not on the PATH; install it: pip install jenkins-job-builder==6.5.0",
      );
    });
    if (code !== 0) {
      throw new Refusal(`jenkins-jobs did not take the jobs: ${printableLine(stderr, 600)}`);
    }
    return new Map(
      jobs.map(({ name }) => {
        return [name, fs.readFileSync(path.join(to, name, "config.xml"), "utf8")] as const;
      }),
    );
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

import { printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";
import type { JenkinsJobs } from "./jenkins";

/** Lines of a build that failed that are told. */
const toldLines = 20;

/**
 * Runs a job, which must pass. Throws a `Refusal` where it does not: what `failed` says of its end, and the last lines of
 * what the build said.
 */
export async function mustPass(
  jenkins: JenkinsJobs,
  name: string,
  failed: (end: string) => string,
): Promise<void> {
  const { result, url, log } = await jenkins.run(name);
  if (result === "SUCCESS") return;
  const lines = log.trimEnd().split("\n").slice(-toldLines);
  const said = lines.map((line) => `  ${printableLine(line, 300)}`).join("\n");
  throw new Refusal(
    `${name}: ${failed(`ended with ${printableLine(result)} (${url})`)} It said:\n${said}`,
  );
}

import { obtainPythonProgram, type PythonOptions } from "../packages/local-cloud/ground/python";
import { cacheRoot } from "./computer";
import { sayOnStderr } from "./say";

/** What renders jobs for Jenkins; the guide names the same version to people. */
export const jobBuilderVersion = "6.5.0";

/**
 * The directory that holds `jenkins-jobs`, by which a rehearsal and tests have jobs rendered as Jenkins gets them. Refuses as
 * `obtainPythonProgram` does.
 */
export function obtainJobBuilder(
  options: PythonOptions = { say: sayOnStderr, cache: cacheRoot() },
): Promise<string> {
  return obtainPythonProgram(
    {
      name: `job-builder-${jobBuilderVersion}`,
      requirements: [`jenkins-job-builder==${jobBuilderVersion}`],
      what: `Jenkins Job Builder ${jobBuilderVersion}`,
    },
    options,
  );
}

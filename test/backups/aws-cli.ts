import * as path from "node:path";

import { obtainPythonProgram } from "../../packages/local-cloud/ground/python";
import { thisComputer } from "../../rehearsal/computer";

const version = "1.45.11";

/** AWS's own command, which the manual tells people to type; made on first use. */
export async function obtainAwsCli(): Promise<string> {
  const what = `AWS's command line (${version})`;
  const name = `awscli-${version}`;
  const requirements = [`awscli==${version}`];
  return path.join(await obtainPythonProgram({ name, requirements, what }, thisComputer()), "aws");
}

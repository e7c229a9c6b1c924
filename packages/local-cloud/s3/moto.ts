import * as path from "node:path";

import { obtainPythonProgram, type PythonOptions } from "../ground/python";

/** The S3 server: moto, which answers S3, IAM, STS and KMS as AWS does. */
export const motoVersion = "5.2.5";

/**
 * A Python that has the server; made on first use (half a minute, 150 MB). Refuses as
 * `obtainPythonProgram` does.
 */
export async function obtainMoto(options: PythonOptions): Promise<string> {
  const bin = await obtainPythonProgram(
    {
      name: `moto-${motoVersion}`,
      requirements: [`moto[server]==${motoVersion}`],
      what: `the local S3 server (moto ${motoVersion})`,
    },
    options,
  );
  return path.join(bin, "python");
}

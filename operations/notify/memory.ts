import * as fs from "node:fs";
import { z } from "zod";

import { Refusal } from "../ground/usage";
import type { Told } from "./result";

const form = z.record(
  z.string(),
  z.strictObject({
    outcome: z.enum(["success", "failure"]),
    passed: z.string().optional(),
    failed: z.array(z.string()).optional(),
  }),
);
type Memory = Readonly<Record<string, Told>>;

/** What was told of each job; nothing where the file is not there yet. Throws a `Refusal` for one of another form. */
export function recall(file: string): Memory {
  if (!fs.existsSync(file)) return {};
  try {
    return form.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    throw new Refusal(
      `--memory ${file}: is not what berth notify wrote; move it away: the next result is then told as the first`,
    );
  }
}

/** Keeps what was told of a job. A run that is cut off leaves the file as it was. */
export function remember(file: string, memory: Memory, job: string, told: Told): void {
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, `${JSON.stringify({ ...memory, [job]: told }, undefined, 2)}\n`);
  fs.renameSync(draft, file);
}

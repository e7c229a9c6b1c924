import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect } from "vitest";

import { run } from "./backup-parts";

const root = mkdtempSync(join(tmpdir(), "berth-move-"));
afterAll(() => rmSync(root, { recursive: true }));

const folders = ["move", "backup", "site"].map((name) => resolve("components/machine/files", name));

/** What Python says that finds a move as `move`; of each file of tests, one and the same. */
export function call<Answer>(script: string): Answer {
  const words = ["python3", "-I", "-B", resolve("test/machine/move/call.py")] as const;
  const done = run([...words, ...folders, root], script);
  expect(done, done.err).toMatchObject({ code: 0 });
  return JSON.parse(done.out.toString()) as Answer;
}

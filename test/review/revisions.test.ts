import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { changedBetween, notesOn } from "../../operations/review/run/revisions";

let scratch: string;
beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-revisions-"));
});
afterEach(() => fs.rmSync(scratch, { recursive: true }));

function writtenOut(called: string, files: Readonly<Record<string, string>>) {
  const directory = path.join(scratch, called);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return { directory, called };
}

it("finds what is changed, new and deleted, without packages", async () => {
  const same = { "README.md": "same" };
  const base = { ...same, "index.ts": "1", "components/gone.ts": "1", "node_modules/x/x.js": "1" };
  const head = { ...same, "index.ts": "2", "local/new.ts": "2", "node_modules/x/x.js": "2" };
  const changed = await changedBetween(writtenOut("base", base), writtenOut("head", head));
  expect(changed).toEqual(["components/gone.ts", "index.ts", "local/new.ts"]);
  expect(notesOn(changed)).toEqual([
    expect.stringContaining("The program itself changes (components/gone.ts, index.ts)"),
    expect.stringContaining("What judges changes too (local/new.ts)"),
  ]);
});

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { berth, contextOf } from "../../operations/berth";
import { reviewLocally } from "../../operations/review/run/on-local-cloud";

it("ends red in the place of an older verdict when nothing can be compared", async () => {
  const out = path.join(os.tmpdir(), `berth-ending-${process.pid}.md`);
  fs.writeFileSync(out, "🟢 an older review");
  const context = { ...contextOf(repository, process.env), say: () => undefined };
  const argv = ["review", "--markdown", "--out", out, "--base", "no-such-revision"];
  expect(await berth(context, argv)).toBe(3);
  const said = fs.readFileSync(out, "utf8");
  fs.rmSync(out);
  expect(said).toMatch(/🔴 Stop: git knows no revision no-such-revision/);
  expect(said).not.toContain("🟢");
});

it("ends a comparison that goes on for too long, and leaves nothing of it behind", async () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-ending-"));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = scratch;
  try {
    const options = { clone: repository, base: "HEAD", head: "HEAD", stacks: [], sandbox: true };
    const made = reviewLocally({ ...options, limitMs: 1, say: () => undefined });
    await expect(made).rejects.toThrow(/did not end within/);
    expect(fs.readdirSync(scratch).filter((name) => name.startsWith("berth-review-"))).toEqual([]);
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    fs.rmSync(scratch, { recursive: true, force: true });
  }
});

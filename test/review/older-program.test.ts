import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";

import { installOlderProgram } from "./older-program";

it("is made of the program as it stands: each place that it changes is there", () => {
  const project = fs.mkdtempSync(path.join(os.tmpdir(), "older-"));
  try {
    installOlderProgram(project);
    const facts = path.join(project, "components/clouds/digitalocean/facts.ts");
    expect(fs.readFileSync(facts, "utf8")).toContain("ubuntu-24-04-x64");
  } finally {
    fs.rmSync(project, { recursive: true });
  }
});

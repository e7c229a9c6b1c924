import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { staleReason } from "../../../tools/setup/install";

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "berth-install-"));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const locked = {
  "": { version: "0.1.0" },
  "node_modules/zod": { version: "4.6.7" },
  "node_modules/@esbuild/aix-ppc64": { version: "0.25.0", optional: true },
};

function write(file: string, packages: object): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), JSON.stringify({ packages }));
}

describe("whether packages have to be installed", () => {
  it("is not needed when all are those of the lock file, other systems' packages aside", () => {
    write("package-lock.json", locked);
    write("node_modules/.package-lock.json", { "node_modules/zod": { version: "4.6.7" } });
    expect(staleReason(root)).toBeUndefined();
  });

  it("is needed in a fresh clone", () => {
    write("package-lock.json", locked);
    expect(staleReason(root)).toBe("node_modules is missing or incomplete");
  });

  it("is needed after an install that was cut off", () => {
    write("package-lock.json", locked);
    fs.mkdirSync(path.join(root, "node_modules", "zod"), { recursive: true });
    expect(staleReason(root)).toBe("node_modules is missing or incomplete");
  });

  it("is needed when the lock file has moved on", () => {
    write("package-lock.json", locked);
    write("node_modules/.package-lock.json", { "node_modules/zod": { version: "4.0.0" } });
    expect(staleReason(root)).toBe("node_modules/zod is 4.0.0, package-lock.json wants 4.6.7");
  });

  it("is needed when a package was added", () => {
    write("package-lock.json", locked);
    write("node_modules/.package-lock.json", {});
    expect(staleReason(root)).toBe("node_modules/zod is not installed");
  });

  it("says which file is missing outside a clone", () => {
    expect(() => staleReason(root)).toThrow(/package-lock\.json is missing/);
  });
});

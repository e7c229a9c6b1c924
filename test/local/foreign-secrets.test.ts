import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { readStackFiles } from "../../components/stack-file/stack-files";
import { foreignSecrets, standInSecrets } from "../../rehearsal/foreign-secrets";

let copy: string;
beforeEach(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), "berth-copy-"));
  fs.writeFileSync(path.join(copy, "Pulumi.yaml"), "name: berth\nruntime: nodejs\n");
});
afterEach(() => fs.rmSync(copy, { recursive: true }));

const sealed = (secret: string) =>
  `config:\n  berth:secrets: { shop: { KEY: { secure: ${secret} } } }\n`;
const read = (name: string) => fs.readFileSync(path.join(copy, name), "utf8");

it("puts stand-ins for what a passphrase encrypted into a copy's stack files, and leaves all else", () => {
  const cloud = sealed("AAABAEIcNTcjswpdFkbCZw==");
  fs.writeFileSync(path.join(copy, "Pulumi.prod.yaml"), sealed('"v1:c2VjcmV0:aHVzaA=="'));
  fs.writeFileSync(path.join(copy, "Pulumi.stage.yaml"), cloud);
  expect(foreignSecrets(copy)).toEqual(["Pulumi.prod.yaml"]);
  const before = readStackFiles(copy);
  standInSecrets(copy);
  expect(read("Pulumi.prod.yaml")).toMatch(/secure: "AAAB[A-Za-z0-9+/]+={0,2}"/);
  expect(read("Pulumi.stage.yaml")).toBe(cloud);
  expect(foreignSecrets(copy)).toEqual([]);
  expect(readStackFiles(copy).stacks).toEqual(before.stacks);
});

it("gives one secret one stand-in, and another another", () => {
  for (const [stack, secret] of Object.entries({
    a: "v1:aaaa:bbbb",
    b: "v1:aaaa:bbbb",
    c: "v1:aaaa:cccc",
  })) {
    fs.writeFileSync(path.join(copy, `Pulumi.${stack}.yaml`), sealed(secret));
  }
  standInSecrets(copy);
  const [a, b, c] = ["a", "b", "c"].map((stack) => read(`Pulumi.${stack}.yaml`));
  expect(a).toBe(b);
  expect(a).not.toBe(c);
});

it("never writes through a link that a revision holds", () => {
  const outside = path.join(copy, "outside.txt");
  fs.writeFileSync(outside, sealed("v1:aaaa:bbbb"));
  fs.symlinkSync(outside, path.join(copy, "Pulumi.evil.yaml"));
  standInSecrets(copy);
  expect(fs.readFileSync(outside, "utf8")).toBe(sealed("v1:aaaa:bbbb"));
});

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";

import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { berth } from "../../operations/berth";
import { aPerson } from "./a-person";

const directory = mkdtempSync(join(tmpdir(), "new-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function ask(...argv: string[]) {
  const person = aPerson();
  const code = await berth(person, ["new", ...argv]);
  return { code, told: person.told() };
}

const textsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

describe("berth new", () => {
  it("writes a repository of that name and says what next (R55)", async () => {
    const into = join(directory, "shop");
    const { code, told } = await ask("shop", "--directory", into);
    expect(code).toBe(0);
    expect(told).toContain("repository: git@github.com:…/shop.git");
    // What is still a person's act stands apart from what commands do.
    const [commands, acts] = told.split("what stays a person's act:");
    for (const each of ["jobs --write", "sentry", "drill shop"]) {
      expect(commands).toContain(`npm run berth -- ${each}`);
    }
    for (const each of ["shop-repository", "shop-prod", "berth:secrets.shop.DB_PASSWORD"]) {
      expect(acts).toContain(each);
    }
    const compose = parse(readFileSync(join(into, "docker-compose.yml"), "utf8")) as object;
    expect(compose).toMatchObject({ name: "shop" });
    expect(textsIn(into).filter((text) => text.includes("__SLUG__"))).toEqual([]);
    expect(statSync(join(into, "dev")).mode & 0o111).toBe(0o111);
    // What its environments need, and what git must not have (R43, R44).
    for (const each of ["dev", "test", "stage", "prod"]) {
      expect(existsSync(join(into, `dc.${each}.yml`))).toBe(true);
    }
    execFileSync("git", ["init", "-q", into]);
    const ignored = ["docker-compose.override.yml", ".env", "secrets/DB_PASSWORD"];
    const told2 = execFileSync("git", ["-C", into, "check-ignore", ...ignored], {
      encoding: "utf8",
    });
    expect(told2.trim().split("\n")).toEqual(ignored);
  });

  it("writes scripts that shellcheck passes, and Python that compiles", async () => {
    const into = join(directory, "checked");
    await ask("checked", "--directory", into);
    execFileSync("shellcheck", [join(into, "dev")], { stdio: "pipe" });
    execFileSync("python3", ["-m", "compileall", "-q", join(into, "app")], { stdio: "pipe" });
  });

  it.each([
    ["Shop", /slug "Shop": allowed are lower-case letters/],
    ["../shop", /slug "\.\.\/shop": allowed/],
    ["a".repeat(41), /at most 40 characters/],
  ])("refuses the slug %s", async (slug, why) => {
    const { code, told } = await ask(slug, "--directory", join(directory, "refused"));
    expect(code).toBe(1);
    expect(told).toMatch(why);
    expect(existsSync(join(directory, "refused"))).toBe(false);
  });

  it("writes nothing over: not into a directory that holds something, not in a file's place", async () => {
    const held = join(directory, "held");
    await ask("held", "--directory", held);
    const again = await ask("other", "--directory", held);
    expect(again.code).toBe(1);
    expect(again.told).toMatch(/held is not empty/);
    const file = join(directory, "file");
    writeFileSync(file, "mine");
    expect((await ask("other", "--directory", file)).told).toMatch(/is a file/);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("is told one slug", async () => {
    expect((await ask()).code).toBe(64);
    expect((await ask("a", "b")).told).toContain("one slug, not also b");
  });
});

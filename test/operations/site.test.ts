import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { agency, hostKey, project } from "../engine/agency";

const repository = "git@github.com:acme/shop.git";
const commit = "0123456789abcdef0123456789abcdef01234567";
let directory: string;

/** A project directory, and an `ssh` that writes down how it was called and says what `says` holds. */
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-site-"));
  const shared = { agency: { value: agency.agency }, team: { value: agency.team } };
  file("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: named(shared) });
  const shop = project("shop.example", { repository });
  file("Pulumi.prod.yaml", {
    config: named({
      projects: {
        shop,
        club: project("club.example"),
        guest: project("guest.acme.dev", { repository }),
      },
      nodes: { guest: { server: { address: "192.0.2.9", login: "root", hostKey } } },
    }),
  });
  file("Pulumi.stage.yaml", {
    config: named({
      projects: { trial: { ...project("trial.acme.dev", { repository }), backup: undefined } },
    }),
  });
  file("Pulumi.prod-b.yaml", {
    config: named({ environment: "prod", projects: { shop: {} } }),
  });
  program("ssh", [
    'for word; do printf "%s\\0" "$word"; done >"$HERE/called"',
    'cat "$HERE/says"; cat "$HERE/complains" >&2; exit "$(cat "$HERE/code")"',
  ]);
  program("ssh-add", ['cat "$HERE/agent"']);
  answers("", 0);
  fs.writeFileSync(path.join(directory, "agent"), "");
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const named = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));
const file = (name: string, content: unknown) =>
  fs.writeFileSync(path.join(directory, name), stringify(content));
const program = (name: string, lines: readonly string[]) =>
  fs.writeFileSync(path.join(directory, name), ["#!/bin/sh", ...lines, ""].join("\n"), {
    mode: 0o755,
  });

function answers(says: string, code: number, complains = ""): void {
  fs.writeFileSync(path.join(directory, "says"), says);
  fs.writeFileSync(path.join(directory, "complains"), complains);
  fs.writeFileSync(path.join(directory, "code"), String(code));
}

const nodes = (address: string, ...slugs: string[]) =>
  Object.fromEntries(slugs.map((slug) => [slug, { address, hostKey, projects: slugs }]));

async function run(...argv: string[]) {
  let out = "";
  let said = "";
  const user = argv[0]?.startsWith("USER=") ? argv.shift()!.slice(5) : "ana";
  const env = { HERE: directory, PATH: `${directory}:/usr/bin:/bin`, USER: user };
  const published: Record<string, ReturnType<typeof nodes>> = {
    prod: nodes("203.0.113.1", "shop", "club", "guest"),
    "prod-b": nodes("203.0.113.2", "shop"),
    stage: nodes("203.0.113.3", "trial"),
  };
  const context: Context = {
    ...{ directory, env, now: new Date("2026-11-29"), keys: (fleet) => fleet },
    out: (text) => void (out += text),
    say: (text) => void (said += `${text}\n`),
    published: (stack) =>
      Promise.resolve({ nodes: published[stack] ?? {}, interrupted: [] } as never),
  };
  const code = await berth(context, argv);
  const called = path.join(directory, "called");
  const words = fs.existsSync(called)
    ? fs.readFileSync(called, "utf8").split("\0").slice(0, -1)
    : [];
  return { code, out, said, words, command: words.at(-1), where: words.at(-2) };
}

describe("berth deploy", () => {
  it("has the machine that serves the project deliver it, as the person, who is named", async () => {
    answers("fetching\nbuilding\ndelivered\n", 0);
    const done = await run("deploy", "shop", "--ref", commit, "--reason", "it's $(urgent)");
    expect(done).toMatchObject({ code: 0, out: "fetching\nbuilding\ndelivered\n" });
    expect(done.where).toBe("ana@203.0.113.1");
    expect(done.command).toBe(
      `'sudo' '-n' '/usr/local/sbin/berth-site' 'deploy' 'shop' '--by' 'ana' '--ref' '${commit}' ` +
        `'--reason' 'it'\\''s $(urgent)'`,
    );
    expect(done.words).toContain("StrictHostKeyChecking=yes");
    expect(done.words).toContain("BatchMode=yes");
  });

  it.each([65, 1])("ends with %i as the machine did", async (code) => {
    answers("it was the database\n", code);
    expect(await run("deploy", "shop")).toMatchObject({ code, out: "it was the database\n" });
  });

  it("says why a machine was not reached", async () => {
    answers("", 255, "ssh: connect to host 203.0.113.1 port 22: Connection timed out\n");
    const { code, said } = await run("deploy", "shop");
    expect(code).toBe(255);
    expect(said).toContain("prod/shop: not reached: ssh: connect to host 203.0.113.1");
  });

  it("tells nothing that a terminal obeys, also in a line that comes in pieces", async () => {
    answers("a\u001b]0;gone\u0007b\u001b[2Jc\r\nlast without an end", 0, "\u001b[31mred\n");
    const { out } = await run("deploy", "shop");
    expect(out.split("\n").toSorted()).toEqual(["", "abc", "last without an end", "red"]);
  });

  it("watches a delivery and begins none", async () => {
    expect((await run("deploy", "--watch", "shop")).command).toBe(
      "'sudo' '-n' '/usr/local/sbin/berth-site' 'watch' 'shop'",
    );
    expect((await run("deploy", "--watch", "shop", "--ref", "x")).code).toBe(64);
  });

  it("goes to a host stack's own machine where it is named", async () => {
    expect((await run("deploy", "shop", "--stack", "prod-b")).where).toBe("ana@203.0.113.2");
  });

  it("comes with a deployer's key where the person is no member", async () => {
    fs.writeFileSync(path.join(directory, "agent"), `${agency.team.deployers.ci}\n`);
    const { where, command } = await run("USER=jenkins", "deploy", "shop");
    expect(where).toBe("berth@203.0.113.1");
    expect(command).toContain("'--by' 'ci'");
  });

  it.each([
    [["deploy"], 64, "which one project?"],
    [["deploy", "shop", "club"], 64, "which one project?"],
    [["deploy", "shopp"], 1, "Did you mean shop?"],
    [["deploy", "club"], 1, "club has no repository in the stack file"],
    [["deploy", "guest"], 1, "must manage deploy and proxy"],
    [
      ["backup", "club"],
      1,
      "club has no repository in the stack file, so nothing delivers it, and",
    ],
    [["backup", "guest"], 1, "must manage deploy and proxy"],
    [
      ["backup", "trial", "--environment", "stage"],
      1,
      "trial has no backup in the stack file of stage",
    ],
    [["deploy", "shop", "--as", "eve"], 1, "no member of prod/shop"],
    [["USER=eve", "deploy", "shop"], 1, "holds none of the deployers' keys"],
    [["rollback", "shop", "--ref", "x"], 64, "unknown option --ref"],
    [["logs", "shop", "--tail", "-1"], 64, "--tail needs a number"],
    [["exec", "shop", "web"], 64, "which command?"],
  ])("refuses %j before anybody is called", async (argv, code, why) => {
    const done = await run(...argv);
    expect(done.code).toBe(code);
    expect(done.said).toContain(why);
    expect(done.words).toEqual([]);
  });
});

describe("what looks into a site", () => {
  const prefix = "'sudo' '-n' '/usr/local/sbin/berth-site'";
  it.each([
    [["rollback", "shop"], "'rollback' 'shop' '--by' 'ana'"],
    [["rollback", "shop", "--to", "abc1234"], "'rollback' 'shop' '--by' 'ana' '--to' 'abc1234'"],
    [["logs", "shop", "web", "--tail", "9"], "'logs' 'shop' 'web' '--tail' '9'"],
    [["logs", "--follow", "shop"], "'logs' 'shop' '--follow'"],
  ])("asks the machine: %j", async (argv, expected) => {
    expect((await run(...argv)).command).toBe(`${prefix} ${expected}`);
  });

  it("runs a command in a container, each word as it is", async () => {
    const { command } = await run("exec", "shop", "web", "--", "sh", "-c", 'echo "$HOME"; id');
    expect(command).toBe(`${prefix} 'exec' 'shop' 'web' '--' 'sh' '-c' 'echo "$HOME"; id'`);
  });
});

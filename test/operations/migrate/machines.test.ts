import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Context } from "../../../operations/ground/context";
import { lock } from "../../../operations/migrate/answers";
import { ask, Away, Declined, Faulty, OverSsh } from "../../../operations/migrate/machines";
import { realWorld } from "../../../operations/migrate/real";
import { hostKey } from "../../engine/agency";
import { machine } from "../machines";

let directory: string;
let told: string[];
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-move-"));
  told = [];
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** An `ssh` that holds a connection where it is asked to, and else says and does what a machine would. */
function machineThat(says: string, code = 0, complains = ""): OverSsh {
  fs.writeFileSync(path.join(directory, "says"), says);
  fs.writeFileSync(path.join(directory, "complains"), complains);
  const script = `#!/bin/sh
for word; do
  case $word in -M) master=1 ;; ControlPath=/*) socket=\${word#ControlPath=} ;; esac
done
if [ -n "$master" ]; then echo master >>"$HERE/dials"; : >"$socket"; exec sleep 30; fi
for word; do printf '%s\\n' "$word"; done >"$HERE/called"
cat >"$HERE/read"
cat "$HERE/says"; cat "$HERE/complains" >&2; exit ${code}
`;
  fs.writeFileSync(path.join(directory, "ssh"), script, { mode: 0o755 });
  const env = { HERE: directory, PATH: `${directory}:/usr/bin:/bin` };
  const to = { login: "berth", address: "192.0.2.1", hostKey };
  const way = () => Promise.resolve({ to, keys: { env } });
  return new OverSsh(machine("kmc"), way, (text) => void told.push(text));
}

const read = (name: string) => fs.readFileSync(path.join(directory, name), "utf8");

describe("a machine, as a move speaks to it", () => {
  it("answers its last line; those before are told, and the answer is not", async () => {
    const side = machineThat('db: copied in 2 s\n{"password": "invented"}\n');
    const input = '{"key": "ssh-ed25519 AAAA"}';
    expect(await side.call("move", ["offer", "kmc"], input)).toEqual({ password: "invented" });
    expect(told).toEqual(["prod/kmc: db: copied in 2 s"]);
    expect(read("read")).toBe(input);
    expect(read("called")).not.toContain("AAAA\n");
    expect(read("called")).toContain("'sudo' '-n' '/usr/local/sbin/berth-move' 'offer' 'kmc'");
    await side.close();
  });

  it("is dialled once for many questions, pinned to its key", async () => {
    const side = machineThat("{}\n");
    for (const verb of ["status", "lag", "status"]) await side.call("move", [verb, "kmc"]);
    expect(read("dials")).toBe("master\n");
    const called = read("called").split("\n");
    expect(called.find((word) => word.startsWith("ControlPath="))).toMatch(/^ControlPath=\//);
    expect(called).toContain("StrictHostKeyChecking=yes");
    await side.close();
  });

  it.each([
    ["refuses", 65, Declined, "prod/kmc: it is sealed"],
    ["fails", 1, Faulty, "prod/kmc: it is sealed"],
    [
      "has an older program",
      64,
      Faulty,
      "does not know thaw: bring it to this version: npm run berth -- converge prod/kmc",
    ],
  ])("%s in words of its own", async (_, code, kind, said) => {
    const side = machineThat("", code, "a note\nit is sealed\n");
    const done = side.call("move", ["thaw", "kmc"]);
    await expect(done).rejects.toThrow(kind);
    await expect(done).rejects.toThrow(said);
    await side.close();
  });

  it("has no such program: what to do is said", async () => {
    const side = machineThat("", 1, "sudo: /usr/local/sbin/berth-move: command not found\n");
    await expect(side.call("move", ["status", "kmc"])).rejects.toThrow(
      "prod/kmc has no berth-move: bring it to this version: npm run berth -- converge prod/kmc",
    );
    await side.close();
  });

  it("does not answer: nobody knows what it did", async () => {
    const side = machineThat("", 255, "ssh: connect to host 192.0.2.1 port 22: No route to host\n");
    await expect(side.call("move", ["seal", "kmc"])).rejects.toThrow(Away);
    await side.close();
  });

  it("tells a refusal's answer, and one of another form is no answer", async () => {
    const side = machineThat('{"by": "ben", "run": "1"}\n', 65, "it is locked\n");
    await expect(side.call("move", ["lock", "kmc"])).rejects.toMatchObject({
      answer: { by: "ben", run: "1" },
    });
    await side.close();
    const other = machineThat('{"by": 1}\n');
    await expect(ask(other, ["lock", "kmc"], lock)).rejects.toThrow(
      "in a form that this version cannot read (by)",
    );
    await other.close();
  });
});

describe("what a move needs besides machines", () => {
  it("commits one file on a branch of its own, and nothing else that changed", async () => {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: directory, encoding: "utf8", env }).trim();
    const who = { GIT_AUTHOR_NAME: "Ana", GIT_AUTHOR_EMAIL: "ana@example.org" };
    const env = {
      ...{ PATH: process.env["PATH"], HOME: directory, ...who },
      ...{ GIT_COMMITTER_NAME: "Ana", GIT_COMMITTER_EMAIL: "ana@example.org" },
    };
    git("init", "-q", "-b", "main");
    for (const file of ["Pulumi.prod.yaml", "other"]) {
      fs.writeFileSync(path.join(directory, file), "before\n");
      git("add", file);
    }
    git("commit", "-q", "-m", "before");
    for (const file of ["Pulumi.prod.yaml", "other"])
      fs.writeFileSync(path.join(directory, file), "after\n");
    const context = { directory, env, say: () => undefined } as unknown as Context;
    const world = realWorld(context, undefined);
    const branch = "move-shop-to-prod-b";
    expect(await world.commit("Pulumi.prod.yaml", branch, "shop moves")).toBe(branch);
    expect(git("branch", "--show-current")).toBe(branch);
    expect(git("show", "--stat", "--format=%s", "HEAD")).toMatch(
      /^shop moves\n\n Pulumi.prod.yaml /,
    );
    expect(git("status", "--short")).toBe("M other");
    // Its second line goes onto the same branch.
    fs.writeFileSync(path.join(directory, "Pulumi.prod.yaml"), "later\n");
    await world.commit("Pulumi.prod.yaml", branch, "shop is served there");
    expect(git("log", "--format=%s", "main..HEAD")).toBe("shop is served there\nshop moves");
  });
});

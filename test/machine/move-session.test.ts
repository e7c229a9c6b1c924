import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Conversation } from "../../operations/ground/conversation";
import { call } from "./move-call";

describe("a program that is asked many things while it runs", () => {
  let directory: string;
  let told: string[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "berth-session-"));
    told = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** The machine's own session, whose program does what a script says. */
  function session(script: string): Conversation {
    const file = join(directory, "session.py");
    const parts = ["move", "backup", "site"].map((name) =>
      resolve("components/machine/files", name),
    );
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      file,
      `import sys, time, threading
sys.path[:0] = ${JSON.stringify(parts)}
import session
from ground import Refused, say
${script}
session.serve({"move": act})
`,
    );
    const stdio = ["pipe", "pipe", "ignore"] as ["pipe", "pipe", "ignore"];
    const child = spawn("python3", ["-I", "-B", file], { stdio });
    return new Conversation(child, (line) => void told.push(line));
  }
  const ask = (to: Conversation, words: string[], input?: object) =>
    to.ask({ program: "move", words, ...(input && { input }) }, 20_000);

  it("answers each by itself, also while another one is at work", async () => {
    const to = session(`held = threading.Event()
def act(words, said):
    if words[0] == "wait":
        say("waits")
        held.wait(20)
    else:
        held.set()
    return {"words": words, "said": said}`);
    const [one, other] = await Promise.all([ask(to, ["wait"]), ask(to, ["go"], { a: "é\n" })]);
    expect(one).toMatchObject({ code: 0, answer: { words: ["wait"], said: null } });
    expect(other).toMatchObject({ code: 0, answer: { words: ["go"], said: { a: "é\n" } } });
    expect(told).toEqual(["waits"]);
    to.close();
  });

  it("says why it does not, whatever that is", async () => {
    const to = session(`def act(words, said):
    if words[0] == "refuse":
        problem = Refused("it is sealed")
        problem.answer = {"by": "ben"}
        raise problem
    return {}[words[0]]`);
    expect(await ask(to, ["refuse"])).toMatchObject({
      ...{ code: 65, why: "it is sealed", answer: { by: "ben" } },
    });
    expect(await ask(to, ["break"])).toMatchObject({ code: 1, why: "KeyError: 'break'" });
    to.close();
  });

  it("has whole lines of each, however many speak at once", async () => {
    const to = session(`def act(words, said):
    for n in range(200):
        say(f"{words[0]} " + "x" * n)
    return {}`);
    const all = ["a", "b", "c", "d"];
    await Promise.all(all.map((each) => ask(to, [each])));
    expect(told).toHaveLength(800);
    expect(told.filter((line) => !/^[a-d] x*$/.test(line))).toEqual([]);
    to.close();
  });

  it("ends, and whoever waits is told that nobody answers", async () => {
    const to = session(`import os
def act(words, said):
    os._exit(1)`);
    expect(await ask(to, ["die"])).toBeUndefined();
    expect(to.isOver).toBe(true);
    expect(await ask(to, ["again"])).toBeUndefined();
  });

  it("goes on with what was begun when nobody asks any more", async () => {
    const mark = join(directory, "done");
    const to = session(`def act(words, said):
    say("begun")
    time.sleep(0.3)
    open(${JSON.stringify(mark)}, "w").close()`);
    void ask(to, ["act"]);
    await expect.poll(() => told).toEqual(["begun"]);
    to.leave();
    await expect
      .poll(() => call(`print(json.dumps(os.path.exists(${JSON.stringify(mark)})))`), {
        timeout: 10_000,
      })
      .toBe(true);
  });
});

describe("what was stopped and starts again", () => {
  const waves = (notes: object[]) =>
    call<string[][]>(`
import writers
print(json.dumps([[each["service"] for each in wave] for wave in writers.waves(${JSON.stringify(notes)})]))`);

  it("comes after what it depends on, as Compose has them, and else at once", () => {
    expect(
      waves([
        { service: "nginx", after: ["web"] },
        { service: "web", after: ["db"] },
        { service: "worker", after: ["web", "db"] },
        { service: "cron" },
      ]),
    ).toEqual([
      ["web", "cron"],
      ["nginx", "worker"],
    ]);
  });

  it("comes all the same where each waits for another", () => {
    expect(
      waves([
        { service: "a", after: ["b"] },
        { service: "b", after: ["a"] },
      ]),
    ).toEqual([["a", "b"]]);
  });
});

describe("Docker's own answers", () => {
  it("are read as its commands write them, and a daemon that is away is told", () => {
    const said = call<string[]>(`
import engine, ground
def policy(name, often=0):
    return engine.policy_of({"HostConfig": {"RestartPolicy": {"Name": name, "MaximumRetryCount": often}}})
engine.SOCKET = os.path.join(move.root, "none.sock")
try:
    engine.described("shop")
except ground.Failed as problem:
    away = str(problem)
print(json.dumps([policy(""), policy("always"), policy("on-failure", 3), away]))`);
    expect(said.slice(0, 3)).toEqual(["no", "always", "on-failure:3"]);
    expect(said[3]).toContain("Docker does not answer: ");
  });
});

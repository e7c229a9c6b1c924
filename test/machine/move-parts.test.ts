import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

import { backupParts, moveParts, siteParts } from "../../components/machine/steps";
import { call } from "./move-call";

describe("the lease of a move", () => {
  const lock = (by: string, id: string, from = "") =>
    call<object>(`
import lease, ground
${from}
try:
    print(json.dumps(lease.lock(move, ${JSON.stringify(by)}, ${JSON.stringify(id)})))
except ground.Refused as problem:
    print(json.dumps({"refused": str(problem), **problem.answer}))`);

  it("is one run's for a minute after its last word, and another's then", () => {
    expect(lock("ana", "one")).toMatchObject({ by: "ana", run: "one", mine: true });
    expect(lock("ana", "one")).toMatchObject({ mine: true });
    const other = lock("bob", "two");
    expect(other).toMatchObject({ by: "ana", run: "one" });
    expect(other).toHaveProperty("refused", expect.stringContaining("shop: ana moves it since"));
    expect(other).not.toHaveProperty("mine");
    const later = "import time; began = time.time(); time.time = lambda: began + 61";
    expect(lock("bob", "two", later)).toMatchObject({ by: "bob", mine: true });
  });

  it("does not last for ever where a clock is set back", () => {
    const earlier = "import time; began = time.time(); time.time = lambda: began - 3600";
    expect(lock("eve", "three", earlier)).toMatchObject({ by: "eve", mine: true });
  });

  it("is given back by its own run alone", () => {
    const unlock = (id: string) =>
      call(`
import lease
print(json.dumps(lease.unlock(move, "${id}")))`);
    lock("ana", "four", "import time; time.time = lambda: 9e9");
    lock("ana", "four");
    expect(unlock("five")).toMatchObject({ by: "ana", run: "four" });
    expect(unlock("four")).toEqual({ by: null });
    expect(lock("bob", "six")).toMatchObject({ by: "bob", mine: true });
  });
});

describe("a container that is asked to end", () => {
  it("has time to write down what it has where it keeps files or acts by itself, and heeds the signal", () => {
    const seconds = call<number[]>(`
import subprocess, sys, writers
heeding = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: None); print(flush=True); sys.stdin.read()"
waiting = "import signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); print(flush=True); sys.stdin.read()"
deaf = "import sys; print(flush=True); sys.stdin.read()"
started = [subprocess.Popen([sys.executable, "-I", "-c", each], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for each in (heeding, waiting, deaf)]
for each in started: each.stdout.readline()
def grace(number, writable=True, acting=(), **config):
    said = {"Config": {"Labels": {"com.docker.compose.service": "worker"}, **config}, "State": {"Pid": started[number].pid}, "Mounts": [{"RW": writable}]}
    return writers.grace(said, acting)
told = [grace(0), grace(1), grace(2), grace(0, False), grace(0, False, ["worker"]), grace(0, StopSignal="SIGQUIT"), grace(0, StopSignal="15"), grace(2, StopTimeout=30)]
for each in started:
    each.stdin.close()
    each.wait()
print(json.dumps(told))`);
    expect(seconds).toEqual([10, 10, 1, 1, 10, 1, 10, 30]);
  });
});

describe("the journal", () => {
  it("is told as it was kept, and not taken for none where it is not whole", () => {
    const [none, kept, cut] = call<unknown[]>(`
import ground, journal
move.drop("journal.json")
said = [journal.journal(move, False)["journal"], journal.journal(move, True, {"steps": {}})["journal"]]
with open(move.of("journal.json"), "w") as file: file.write('{"ste')
try:
    said.append(journal.journal(move, False))
except ground.Refused as problem:
    said.append(str(problem))
move.drop("journal.json")
print(json.dumps(said))`);
    expect([none, kept]).toEqual([null, { steps: {} }]);
    expect(cut).toMatch(/journal\.json: the journal of a move of shop is not whole here; where/);
  });
});

describe("a pass over files", () => {
  const said = (...lines: readonly string[]) => ["tree media", ...lines].join("\n");
  const judged = (text: string, last = false, before: number | null = null) =>
    call<Record<string, unknown>>(`
import passes
(tree,) = passes.parsed(${JSON.stringify(text)})
print(json.dumps(passes.judged(tree, ${before ?? "None"}, ${last ? "True" : "False"})))`);
  const stats = [
    "Number of files: 2,001 (reg: 2,000, dir: 1)",
    "Total file size: 1,024 bytes",
  ] as const;
  const vanished = 'file has vanished: "/new.tmp" (in media)';
  const unreadable = 'rsync: [sender] opendir "/lost" (in media) failed: Permission denied (13)';

  it("deletes nothing where the other side does not say how much it has, or has less", () => {
    /** What a pass does that may delete where 1000 entries are left, and how often rsync was begun. */
    const pass = (says: string) =>
      call<{ said: string; calls: number }>(`
import os, passes, subprocess, tempfile
folder = tempfile.mkdtemp()
with open(f"{folder}/rsync", "w") as file:
    file.write("#!/bin/sh\\necho call >>${"{folder}"}/calls\\necho '${says}'\\n".format(folder=folder))
os.chmod(f"{folder}/rsync", 0o755)
words = ["bash", "-c", passes.SCRIPT.replace("kill -KILL", "echo"), "pass", "1", "pass", "media", "1000", "no", "-"]
said = subprocess.run(words, env={"PATH": folder + ":" + os.environ["PATH"]}, capture_output=True, text=True).stdout
print(json.dumps({"said": said, "calls": open(f"{folder}/calls").read().count("call")}))`);
    const silent = pass("~ *deleting 11");
    expect(silent).toMatchObject({ calls: 1 });
    expect(judged(silent.said)).toMatchObject({
      wrong: [expect.stringContaining("rsync did not say how many files there are")],
    });
    expect(pass("Number of files: 1,001 (reg: 1,000)").calls).toBe(1);
    expect(pass("Number of files: 898 (reg: 897)")).toMatchObject({ calls: 1 });
    expect(pass("Number of files: 898 (reg: 897)").said).toContain("short 898");
  });

  it("is judged by all that a look says, however much, where no file can be written", () => {
    const said = call<string>(`
import os, passes, subprocess, tempfile
folder = tempfile.mkdtemp()
with open(f"{folder}/rsync", "w") as file:
    file.write("#!/bin/sh\\nseq -f '~ *deleting a file of number %g' 20000\\necho 'Number of files: 1,001 (reg: 1,000)'\\n")
os.chmod(f"{folder}/rsync", 0o755)
words = ["bash", "-c", "ulimit -f 0;" + passes.SCRIPT.replace("kill -KILL", ":"), "pass", "1", "pass", "media", "1000", "no", "-"]
said = subprocess.run(words, env={"PATH": folder + ":" + os.environ["PATH"]}, capture_output=True, text=True).stdout
print(json.dumps("|".join(each for each in said.splitlines() if "deleting" not in each)))`);
    expect(said).toBe("tree media|Number of files: 1,001 (reg: 1,000)|ended 0");
  });

  it("goes on past names that vanished, and tells them", () => {
    expect(judged(said("= >f+++++++++ a", vanished, ...stats, "ended 24"))).toMatchObject({
      entries: 2001,
      bytes: 1024,
      changed: 1,
      vanished: ["/new.tmp"],
      wrong: [],
    });
  });

  it("does not count in the freeze when names vanish: something still writes", () => {
    const { wrong } = judged(said(vanished, ...stats, "ended 24", "looked 0"), true);
    expect(wrong).toEqual([
      "files media: vanished while nobody should write: /new.tmp; something still does",
    ]);
  });

  it.each([
    ["alone", [unreadable]],
    ["beside names that vanished", [vanished, unreadable]],
  ])("does not count where a directory could not be read, %s", (_, lines) => {
    const { wrong } = judged(said(...lines, ...stats, "ended 23"));
    expect(wrong).toEqual([
      `files media: not all of it could be read or written (23): ${unreadable}`,
    ]);
  });

  it("does not count where much less is left than was there", () => {
    const { wrong } = judged(said("short 1"), false, 2001);
    expect(wrong).toEqual([
      "files media: 1 entries are left of 2001 on the machine that serves, nothing was deleted here; is its disk mounted? " +
        "Where that is right, say so: backup.mayShrinkTo: 0",
    ]);
  });

  it("does not count in the freeze where the sides differ behind it", () => {
    const lines = [...stats, "ended 0", "~ >f.st...... a", "~ *deleting   b"];
    expect(judged(said(...lines, "looked 0"), true)["wrong"]).toEqual([
      "files media: differ behind the last pass: a,   b; something still writes",
    ]);
    expect(judged(said(...stats, "ended 0", "looked 0"), true)["wrong"]).toEqual([]);
    expect(judged(said(...stats, "ended 0"), true)["wrong"]).toHaveLength(1);
  });

  it("does not count where it was cut off", () => {
    expect(judged(said("= >f+++++++++ a"))["wrong"]).toHaveLength(1);
  });

  it("asks for so many entries before it deletes", () => {
    const least = call(`
import passes
print(json.dumps([passes.least(*each) for each in [(None, 0.5), (1, 0.5), (2, 0.5), (2001, 0.5), (2001, 0)]]))`);
    expect(least).toEqual([0, 0, 2, 1000, 0]);
  });
});

describe("a tunnel", () => {
  const judge = (peer: object) =>
    call<string>(`
import tunnel, ground
try:
    tunnel.judge(json.loads(${JSON.stringify(JSON.stringify(peer))}))
    print(json.dumps("taken"))
except ground.Refused as problem:
    print(json.dumps(str(problem)))`);
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFh9";

  it("leads to an address with its host key pinned, and to nothing else", () => {
    expect(judge({ address: "192.0.2.7", hostKey: `${hostKey} root@b` })).toBe("taken");
    expect(judge({ address: "2001:db8::7", hostKey })).toBe("taken");
    expect(judge({ address: "-oProxyCommand=x", hostKey })).toContain("is no address");
    expect(judge({ hostKey })).toContain("is no address");
    expect(judge({ address: "192.0.2.7", hostKey: "" })).toContain("is no public host key");
    expect(judge({ address: "192.0.2.7", hostKey: "ssh-dss AAAAB3NzaC1kc3M=" })).toBe(
      "hostKey: is no public host key of the other machine; pin the one that its stack publishes",
    );
  });
});

describe("the program that a machine gets", () => {
  const standard = execFileSync("python3", [
    ...["-I", "-c", "import json, sys; print(json.dumps(sorted(sys.stdlib_module_names)))"],
  ]);

  it.each([
    ["moves", moveParts()],
    ["backs up", backupParts()],
    ["delivers", siteParts()],
  ])("has every part that the one which %s imports", (_, parts) => {
    const known = new Set(JSON.parse(standard.toString()) as string[]);
    for (const name of Object.keys(parts)) known.add(name.replace(/\.py$/, ""));
    const missing = Object.entries(parts)
      .filter(([name]) => name.endsWith(".py"))
      .flatMap(([name, text]) =>
        [...text.matchAll(/^\s*(?:import ([a-z_0-9., ]+)|from ([a-z_0-9.]+) import)/gm)]
          .flatMap(([, many, one]) => (many ?? one!).split(","))
          .map((each) => each.trim().split(/[ .]/)[0]!)
          .filter((each) => !known.has(each))
          .map((each) => `${name}: ${each}`),
      );
    expect(missing).toEqual([]);
  });
});

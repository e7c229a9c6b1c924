import { describe, expect, it } from "vitest";

import { outcomeOf, rowsOf } from "../../operations/fleet/converging";
import { describe as describeRuns, exitOf } from "../../operations/fleet/converge";
import { concerns, duration, readHealthFacts } from "../../operations/fleet/health";
import { readFacts, readReport } from "../../operations/ground/report";
import { oneAfterAnother } from "../../components/machine/questions";
import { faultOf, knownHost, pinning } from "../../operations/ground/ssh-options";
import { machine } from "./machines";

const ended = (code: number, stdout: string, stderr = "") =>
  ({ kind: "ended", code, stdout, stderr }) as const;

describe("what a converge says", () => {
  it("is read line by line, with colons in the detail", () => {
    const text =
      "drift: /home/ana/.ssh/authorized_keys: not declared: evil ...abc\nnoise\n" +
      "note: account contractor: not made by Berth\nberth: 1 differ, 0 failed, 1 notes\n";
    expect(readReport(text)).toEqual({
      complete: true,
      findings: [
        {
          kind: "drift",
          subject: "/home/ana/.ssh/authorized_keys",
          detail: "not declared: evil ...abc",
        },
        { kind: "note", subject: "account contractor", detail: "not made by Berth" },
      ],
    });
  });

  it.each([
    [0, "berth: 0 changed, 0 failed, 0 notes\n", "done"],
    [2, "drift: x: y\nberth: 1 differ, 0 failed, 0 notes\n", "drift"],
    [1, "failed: x: y\nberth: 0 changed, 1 failed, 0 notes\n", "failed"],
    [65, "refused: /etc/berth/owner: another's\n", "refused"],
  ])("a status of %i with its lines means: %s%s", (code, stdout, kind) => {
    expect(outcomeOf(ended(code, stdout)).kind).toBe(kind);
  });

  it("a script that ended early is told with its status and last words", () => {
    const outcome = outcomeOf(ended(124, "changed: a: b\n"));
    const rows = rowsOf({ machine: machine("alpha"), outcome });
    expect(rows).toEqual([
      ["prod/alpha", "changed", "a", "b"],
      ["prod/alpha", "failed", "session", "was still at work after 50 minutes"],
    ]);
    expect(outcomeOf(ended(1, "", "sudo: a password is required"))).toMatchObject({
      report: { findings: [{ detail: "ended with status 1: sudo: a password is required" }] },
    });
  });

  it("decides the exit status: failures before drift before success", () => {
    const done = (kind: "done" | "drift" | "failed") => ({
      machine: machine("alpha"),
      outcome: { kind, report: { findings: [], complete: true } },
    });
    const dead = {
      machine: machine("beta"),
      outcome: { kind: "fault", fault: "unreachable", detail: "not reached" },
    } as const;
    expect(exitOf([])).toBe(0);
    expect(exitOf([done("done"), { machine: machine("c"), outcome: { kind: "observed" } }])).toBe(
      0,
    );
    expect(exitOf([done("done"), done("drift")])).toBe(2);
    expect(exitOf([done("drift"), dead])).toBe(1);
    expect(exitOf([done("failed"), done("drift")])).toBe(1);
    expect(describeRuns([done("drift"), dead], true)).toContain(
      "2 machines checked: 1 differ, 1 not reached",
    );
  });
});

describe("a machine's state", () => {
  const text =
    "drift: x: y\nstatus: 2\nowner: berth/prod\nuptime: 360061\ndisk: 91\nreboot: yes\n" +
    "updates: 12\nsecurity: 3\n";
  const facts = {
    owner: "berth/prod",
    uptimeSeconds: 360061,
    diskPercent: 91,
    rebootNeeded: true,
    updates: 12,
    securityUpdates: 3,
  };

  it("is read when it was told whole", () => {
    expect(readHealthFacts(text)).toEqual(facts);
    expect(readHealthFacts(text.replace("disk: 91\n", ""))).toBeUndefined();
    expect(readFacts("key: a\nkey: b: c\nno fact").get("key")).toEqual(["a", "b: c"]);
    expect(oneAfterAnother("{ exit 3\n}\n", "echo x")).toMatch(/^\(\n\{ exit 3\n\}\n\)\nprintf/);
  });

  it("needs a person for drift, a reboot, a full disk and another's machine, not for updates", () => {
    const traces = { open: ["account x can log in"], found: ["a: b"], blind: [] };
    const health = { node: "prod/kmc", address: "10.0.0.1", facts, traces } as const;
    const drift = outcomeOf(ended(2, "drift: x: y\nnote: z: w\n"));
    expect(concerns({ ...health, outcome: drift }, "berth/prod-b")).toEqual([
      "1 thing differs from the declaration; run berth converge",
      "open: account x can log in",
      "belongs to berth/prod, not to berth/prod-b",
      "wants a reboot: berth maintain, or its owner, when it suits",
      "the disk is 91% full",
    ]);
    const well = { ...facts, rebootNeeded: false, diskPercent: 84 };
    const done = outcomeOf(ended(0, "berth: 0 differ, 0 failed, 0 notes\n"));
    const quiet = { ...health, facts: well, outcome: done, traces: { ...traces, open: [] } };
    expect(concerns(quiet, "berth/prod")).toEqual([]);
    expect(concerns({ node: "a", address: "b", facts: well, outcome: done }, "berth/prod")).toEqual(
      ["did not tell who may enter"],
    );
    expect(concerns({ node: "a", address: "b", outcome: done }, "berth/prod")).toEqual([
      "did not tell its state",
    ]);
  });

  it.each([
    [59, "0m"],
    [3_600, "1h 0m"],
    [90_061, "1d 1h"],
  ])("%i seconds are %s", (seconds, said) => {
    expect(duration(seconds)).toBe(said);
  });
});

describe("ssh", () => {
  const to = { login: "berth", address: "10.0.0.1", hostKey: "ssh-ed25519 AAAA host" };

  it("accepts one host key, of its own type, and no connection that is open already", () => {
    expect(knownHost(to)).toBe("10.0.0.1 ssh-ed25519 AAAA\n");
    const options = pinning(to, "/tmp/a b/known");
    expect(options).toContain('UserKnownHostsFile="/tmp/a b/known"');
    expect(options).toEqual(
      expect.arrayContaining([
        "StrictHostKeyChecking=yes",
        "HostKeyAlgorithms=ssh-ed25519",
        "ControlPath=none",
      ]),
    );
  });

  it("refuses to connect without a key to pin", () => {
    expect(() => knownHost({ ...to, hostKey: "" })).toThrow("the host key of 10.0.0.1 is not");
  });

  it.each([
    ["ssh: connect to host 10.0.0.1 port 22: No route to host", "unreachable"],
    ["Connection timed out during banner exchange", "unreachable"],
    ["Host key verification failed.", "host-key"],
    ["Unable to negotiate: no matching host key type found. Their offer: x", "host-key"],
    ["berth@10.0.0.1: Permission denied (publickey).", "login"],
    ["Connection to 10.0.0.1 closed by remote host.", "cut"],
    ["", "cut"],
  ])("%j means: %s", (stderr, fault) => {
    expect(faultOf(stderr)).toBe(fault);
  });
});

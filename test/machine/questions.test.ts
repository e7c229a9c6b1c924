import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

import { breakGlass } from "../../operations/people/deployers/break-glass";
import {
  departedScript,
  factsScript,
  keysScript,
  oneAfterAnother,
} from "../../components/machine/questions";
import {
  backScript,
  readyScript,
  rebootScript,
  updateScript,
} from "../../components/machine/upkeep";
import { publicKey } from "../stack-file/fixture";
import { machine } from "../operations/machines";

const scripts = {
  facts: factsScript(),
  departed: departedScript("sam", ["ssh-ed25519 AAAA", "it's"], machine("kmc").declared),
  keys: keysScript(),
  ready: readyScript(),
  update: updateScript(),
  reboot: rebootScript(),
  back: backScript(),
  both: oneAfterAnother("{\nexit 2\n}\n", factsScript()),
};

describe.each(Object.entries(scripts))("the script %s", (_name, script) => {
  it("is clean to shellcheck", () => {
    const checked = spawnSync("shellcheck", ["--shell=bash", "-"], { input: script });
    expect(checked.error).toBeUndefined();
    expect(checked.stdout.toString()).toBe("");
  });

  it("is no program as long as its last group is open", () => {
    const begins = script.lastIndexOf("\n{\n") + 4;
    const step = Math.max(97, Math.floor((script.length - begins) / 30));
    for (let end = script.lastIndexOf("}") - 1; end > begins; end -= step) {
      const parsed = spawnSync("bash", ["-n"], { input: script.slice(0, end) });
      expect(parsed.status).not.toBe(0);
    }
  });
});

describe("two scripts in one session", () => {
  it("the second runs however the first one ended, and the status is told", () => {
    const input = oneAfterAnother("{\nset -e; false\n}\n", "{\necho 'second: yes'\n}\n");
    const done = spawnSync("bash", ["-s"], { input });
    expect(done.stdout.toString()).toBe("status: 1\nsecond: yes\n");
  });
});

describe("the way back in", () => {
  it("is a command that a shell reads as one", () => {
    const command = breakGlass([publicKey(1, "ci at home"), publicKey(2)]);
    expect(spawnSync("sh", ["-n"], { input: command }).status).toBe(0);
    const inner = command.replace(/^sudo sh -c '([^]*)'$/, "$1");
    const checked = spawnSync("shellcheck", ["--shell=sh", "-"], {
      input: `#!/bin/sh\n${inner}\n`,
    });
    expect(checked.stdout.toString()).toBe("");
  });
});

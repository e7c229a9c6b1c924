import { describe, expect, it } from "vitest";

import { UNKNOWN } from "../../packages/local-cloud/emulator/values";
import { identityOf } from "../../components/fleet/ssh-key";
import { usableKeys } from "../../operations/ground/agent";
import { breakGlass } from "../../operations/people/deployers/break-glass";
import { declaredKey, refuseRemoval } from "../../operations/people/deployers/decisions";
import { fingerprint, label } from "../../operations/people/deployers/keys";
import { joined } from "../../operations/fleet/fleet";
import { inParallel } from "../../operations/ground/pool";
import { readExport } from "../../engine/state";
import { readPublished } from "../../operations/ground/published";
import { chosenMachines, servingMachine } from "../../operations/fleet/targets";
import { table } from "../../operations/ground/table";
import { readCommandLine } from "../../operations/ground/usage";
import { parallelOf } from "../../operations/ground/width";
import { changed, parse, prod, publicKey } from "../stack-file/fixture";
import { fleet, names, machine } from "./machines";

describe("a command line", () => {
  const options = { flags: ["check"], values: ["stack"] };

  it("is options in any place, and words", () => {
    const { flags, values, words } = readCommandLine(["kmc", "--check", "--stack=prod"], options);
    expect([...flags]).toEqual(["check"]);
    expect(values).toEqual({ stack: "prod" });
    expect(words).toEqual(["kmc"]);
  });

  it("leaves the words of a command to be run elsewhere alone", () => {
    const reading = (argv: string[]) => readCommandLine(argv, { values: ["as"], passFrom: 1 });
    expect(reading(["kmc", "--as", "ana", "ls", "-la", "--as"])).toMatchObject({
      values: { as: "ana" },
      words: ["kmc", "ls", "-la", "--as"],
    });
    expect(reading(["kmc", "--", "-x"]).words).toEqual(["kmc", "-x"]);
  });

  it.each([
    [["--chek"], "unknown option --chek; did you mean --check? allowed: --check, --stack"],
    [["--stack"], "--stack needs a value"],
    [["--check=yes"], "unknown option --check=yes"],
    [["--stack", "prod", "--stack=stage"], "--stack stage: prod is said already; say it once"],
  ])("%j is refused", (argv, message) => {
    expect(() => readCommandLine(argv, options)).toThrow(message);
  });

  it.each(["0", "257", "two", "1.5"])("does not take --parallel %s", (parallel) => {
    expect(() => parallelOf({ parallel })).toThrow("a whole number from 1 to 256");
  });
});

describe("machines by name", () => {
  const all = [machine("kmc"), machine("portal"), machine("kmc", "stage")];

  it("are all, a node's in every stack, one stack's, or those a project lives on", () => {
    expect(chosenMachines(all, [])).toHaveLength(3);
    expect(names(chosenMachines(all, ["kmc"]))).toEqual(["prod/kmc", "stage/kmc"]);
    expect(names(chosenMachines(all, ["stage/kmc"]))).toEqual(["stage/kmc"]);
    expect(names(chosenMachines(all, ["portal", "intranet"]))).toEqual([
      "prod/kmc",
      "prod/portal",
      "stage/kmc",
    ]);
    expect(() => chosenMachines(all, ["portl"])).toThrow(
      "Did you mean portal? There are: intranet,",
    );
  });

  it("lead to the one that serves a project, and ask which when several environments have it", () => {
    const fleets = [fleet(), fleet("stage")];
    expect(names([servingMachine(fleets, all, "portal")])).toEqual(["prod/portal"]);
    expect(names([servingMachine(fleets, all, "stage/kmc")])).toEqual(["stage/kmc"]);
    expect(() => servingMachine(fleets, all, "kmc")).toThrow(
      "kmc runs in several stacks: prod/kmc, stage/kmc. Say which: prod/kmc",
    );
    expect(() => servingMachine(fleets, all, "shop")).toThrow("declared but not deployed");
    expect(() => servingMachine(fleets, all, "nowhere")).toThrow("no deployed node or project");
  });

  it("are those both declared and published; the rest is told apart", () => {
    const nodes = {
      kmc: { address: "192.0.2.7", hostKey: publicKey(30), login: "root", projects: ["kmc"] },
      gone: { address: "192.0.2.8", hostKey: publicKey(31), projects: [] },
      portal: { address: null, hostKey: publicKey(32) },
      // What the engine puts out where a machine or its first session failed.
      unmade: { address: UNKNOWN, hostKey: UNKNOWN },
      unentered: { address: "192.0.2.9", hostKey: UNKNOWN },
      clinic: { address: "192.0.2.10", hostKey: publicKey(10) },
    };
    const stack = { type: "pulumi:pulumi:Stack", urn: "urn:berth-prod", outputs: { nodes } };
    const published = readPublished(
      readExport(JSON.stringify({ deployment: { resources: [stack] } })),
    );
    const { machines, undeployed, undeclared } = joined("berth", fleet(), published.nodes);
    expect(names(machines)).toEqual(["prod/clinic", "prod/kmc"]);
    // A machine that may only be looked at is entered as its owner lets us in.
    expect(machines.map(({ login }) => login)).toEqual(["root", "berth"]);
    expect(machines[1]).toMatchObject({
      address: "192.0.2.7",
      declared: { owner: "berth/prod", members: [{ name: "clark" }, { name: "dana" }] },
    });
    expect(undeployed).toContain("prod/portal");
    expect(undeclared).toMatchObject([{ stack: "prod", name: "gone" }]);
  });

  it("are found under a former name until their stack is updated", () => {
    const renamed = parse(changed(prod(), [[["nodes", "kmc", "formerly"], "gone"]]));
    const node = { address: "192.0.2.8", hostKey: publicKey(31), projects: [] };
    const old = joined("berth", renamed, { gone: node });
    expect(old).toMatchObject({ machines: [{ node: { name: "kmc" }, address: "192.0.2.8" }] });
    expect(old.undeployed).not.toContain("prod/kmc");
    expect(old.undeclared).toEqual([]);
    const both = joined("berth", renamed, { gone: node, kmc: { ...node, address: "192.0.2.7" } });
    expect(both).toMatchObject({
      machines: [{ address: "192.0.2.7" }],
      undeclared: [{ name: "gone" }],
    });
  });
});

describe("deployers", () => {
  const [old, fresh, other] = [publicKey(50, "old"), publicKey(51, "new"), publicKey(52)];

  it("are recognised in the agent by key, whatever the comment", () => {
    const held = [`${identityOf(fresh)} me@laptop`, other];
    expect(usableKeys(held, { old, fresh })).toEqual({ fresh });
    expect(() => usableKeys([other], { old, fresh })).toThrow("(team.deployers: old, fresh)");
  });

  it("must be declared to be added", () => {
    expect(declaredKey("old", { old })).toBe(old);
    expect(() => declaredKey("ol", { old })).toThrow(
      /Did you mean old\?.*Pulumi\.yaml: berth:team\.deployers\.ol/,
    );
    expect(() => declaredKey("constructor", { old })).toThrow("no deployer is called");
  });

  it.each([
    ["the last one", { old }, [old], "old is the last deployer"],
    ["the one in use", { old, fresh }, [old], "the key in use would be removed"],
    ["one that is declared", { old, fresh }, [old, fresh], "old is still declared"],
    ["one whose agent holds none that stays", { fresh }, [old], "holds none of those that stay"],
  ])("refuse the removal of %s", (_what, deployers, held, message) => {
    expect(() => refuseRemoval("old", deployers as Record<string, string>, held)).toThrow(message);
  });

  it("may be removed when undeclared, with a key at hand that stays", () => {
    expect(() => refuseRemoval("old", { fresh }, [old, fresh])).not.toThrow();
  });

  it("are called by comment, else by fingerprint as ssh-add says it", () => {
    // ssh-keygen -lf of this very key.
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPOC8JjCYtdEGGe9iXakMRQrRGg2mLcbQv1ep5zzm5er";
    expect(fingerprint(key)).toBe("SHA256:6DcxIP/z7YJkd7TcfrwoacMPlMdN0EWb3uBDifHwmnM");
    expect(label(`${key} ana laptop`)).toBe("ana laptop");
    expect(label(key)).toMatch(/^SHA256:/);
  });

  it("come back by one command whose keys' comments cannot do anything", () => {
    const command = breakGlass([`${identityOf(old)} $(reboot) "'; rm -rf /`]);
    expect(command).toMatch(/^sudo sh -c '[^']*'$/);
    // Inside double quotes, and without anything that means something there.
    expect(command).toContain(` "${identityOf(old)} reboot  rm -rf /" >`);
  });
});

describe("a pool", () => {
  it("never does more than its width at once, and answers in order", async () => {
    let [now, most] = [0, 0];
    const answers = await inParallel([5, 1, 4, 2, 3], 2, async (item, index) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, item));
      now--;
      return `${index}:${item}`;
    });
    expect(answers).toEqual(["0:5", "1:1", "2:4", "3:2", "4:3"]);
    expect(most).toBe(2);
    expect(await inParallel([], 2, () => Promise.resolve(1))).toEqual([]);
  });
});

describe("a table", () => {
  it("is as wide as its widest cells, without spaces at line ends", () => {
    expect(
      table(
        ["A", "LONG"],
        [
          ["wide", ""],
          ["x", "y"],
        ],
      ),
    ).toBe("A     LONG\nwide\nx     y");
  });
});

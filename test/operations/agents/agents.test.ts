import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { carryOut } from "../../../operations/agents/carry-out";
import { JenkinsAgents } from "../../../operations/agents/jenkins";
import { isOfMachine, markOf } from "../../../operations/agents/mark";
import { standingOf, takenIn, wantedOf } from "../../../operations/agents/wanted";
import {
  changed,
  expectProblem,
  problemsOf,
  prod,
  publicKey,
  type BadInput,
} from "../../stack-file/fixture";
import { machine } from "../machines";
import { JenkinsDouble } from "../../../packages/local-cloud/services/jenkins/jenkins";

const kmc = { ...machine("kmc"), node: { ...machine("kmc").node, jenkins: "agent" as const } };
const other = machine("portal");
const [wanted] = wantedOf([kmc, other]);
const { owner } = kmc;
/** As agents were marked before marks said whose they are. */
const unsaid = (name: string, of = kmc) => ({
  name,
  description: markOf(of).replace(` of ${owner}`, ""),
});
const ours = (name: string, of = kmc) => ({ name, description: markOf(of) });

describe("the agents that Jenkins shall have", () => {
  it("are those of nodes that say so, for their projects' deliveries of that environment alone", () => {
    expect(wantedOf([kmc, other]).map(({ labels }) => labels)).toEqual([
      ["intranet-prod", "kmc-prod"],
    ]);
  });

  it("have another name on another machine, since the secret follows from the name", () => {
    const [again] = wantedOf([{ ...kmc, hostKey: publicKey(21) }]);
    expect(again!.base).toMatch(/^prod-kmc-[0-9a-f]{12}$/);
    expect(again!.base).not.toBe(wanted!.base);
  });

  it.each([
    ["is there", [ours(wanted!.base)], false, [["current", ""]]],
    ["is missing", [], false, [["missing", ""]]],
    [
      "was renewed",
      [ours(wanted!.base), ours(`${wanted!.base}-2`)],
      false,
      [
        ["current", "-2"],
        ["left", ""],
      ],
    ],
    [
      "is renewed",
      [ours(wanted!.base)],
      true,
      [
        ["missing", "-2"],
        ["left", ""],
      ],
    ],
  ] as const)("one that %s", (_title, existing, renew, expected) => {
    const found = standingOf([kmc], owner, existing, () => renew);
    expect(found.map(({ kind, name }) => [kind, name.slice(wanted!.base.length)])).toEqual(
      expected,
    );
  });

  it("are taken away where nobody declares them, and those of people are not", () => {
    const existing = [ours("prod-kmc-0123456789ab"), { name: "build-1", description: "" }];
    expect(standingOf([], owner, existing, () => false)).toEqual([
      { kind: "left", name: "prod-kmc-0123456789ab" },
    ]);
    const byHand = { name: wanted!.base, description: "mine" };
    expect(
      takenIn(
        standingOf([kmc], owner, [byHand], () => false),
        [byHand],
      ),
    ).toEqual([wanted!.base]);
  });
});

describe("agents of several Berth projects on one Jenkins", () => {
  const none = () => false;
  const elsewhere = { ...kmc, owner: "other-agency/berth" };

  it("are another's business, also under the same machine's name and where nobody here declares one", () => {
    const existing = [ours("prod-kmc-0123456789ab", elsewhere)];
    expect(standingOf([kmc], owner, existing, none)).toMatchObject([{ kind: "missing" }]);
    expect(standingOf([], owner, existing, none)).toEqual([]);
    const { description } = existing[0]!;
    expect(isOfMachine(description, { stack: "prod", node: "kmc", owner })).toBe(false);
    const same = [ours(wanted!.base, elsewhere)];
    expect(takenIn(standingOf([kmc], owner, same, none), same)).toEqual([wanted!.base]);
  });

  it("of before marks said whose they are ours by our machines' host keys alone, and else stay and are named", () => {
    const known = [unsaid(wanted!.base)];
    const found = standingOf([kmc], owner, known, none);
    expect(found).toMatchObject([{ kind: "current", name: wanted!.base, isUnsaid: true }]);
    const bare = { ...kmc, node: machine("kmc").node };
    expect(standingOf([bare], owner, known, none)).toEqual([{ kind: "left", name: wanted!.base }]);
    expect(standingOf([], owner, known, none)).toEqual([{ kind: "unsaid", name: wanted!.base }]);
  });
});

describe("Jenkins' API", () => {
  const double = new JenkinsDouble();
  beforeEach(() => double.open());
  afterEach(() => double.close());

  it("makes agents one by one, tells their secrets and takes them away, and touches no other", async () => {
    double.agents.byHand("build-1");
    const jenkins = new JenkinsAgents(double.address, double.env());
    await jenkins.create("prod-kmc-1", markOf(kmc), ["kmc-prod", "intranet-prod"]);
    expect(double.agents.all().get("prod-kmc-1")).toEqual({
      ...{ description: markOf(kmc), labels: ["kmc-prod", "intranet-prod"] },
      ...{ mode: "EXCLUSIVE", webSocket: true },
    });
    expect((await jenkins.list()).map(({ name }) => name)).toContain("build-1");
    expect(await jenkins.secretOf("prod-kmc-1")).toBe(double.agents.secretOf("prod-kmc-1"));
    await jenkins.remove("prod-kmc-1");
    await jenkins.remove("prod-kmc-1");
    expect([...double.agents.all().keys()]).toEqual(["build-1"]);
    expect(double.changes).toEqual([
      ...[
        "/computer/doCreateItem",
        "/computer/prod-kmc-1/doDelete",
        "/computer/prod-kmc-1/doDelete",
      ],
    ]);
  });

  it("takes none away that may be another Berth project's, and says so", async () => {
    const jenkins = new JenkinsAgents(double.address, double.env());
    for (const name of double.agents.all().keys()) await jenkins.remove(name);
    await jenkins.create("prod-kmc-0123456789ab", unsaid("").description, ["kmc-prod"]);
    let said = "";
    const out = (text: string) => void (said += text);
    const hands = { jenkins, context: { out }, machines: [] } as never;
    expect(
      await carryOut(
        hands,
        standingOf([], owner, await jenkins.list(), () => false),
      ),
    ).toBe(0);
    expect(said).toContain("prod-kmc-0123456789ab: left alone: its mark does not say whose");
    expect([...double.agents.all().keys()]).toEqual(["prod-kmc-0123456789ab"]);
    await jenkins.describe("prod-kmc-0123456789ab", markOf(kmc));
    expect(double.agents.all().get("prod-kmc-0123456789ab")).toEqual({
      ...{ description: markOf(kmc), labels: ["kmc-prod"], mode: "EXCLUSIVE", webSocket: true },
    });
    await jenkins.remove("prod-kmc-0123456789ab");
  });

  it("that is down, or whose token is not good, is told without the token", async () => {
    const env = { ...double.env(), JENKINS_TOKEN: "another" };
    const refused = new JenkinsAgents(double.address, env).list();
    await expect(refused).rejects.toThrow(/the account of JENKINS_USER may not, or its token/);
    await expect(refused).rejects.not.toThrow(/another/);
    const { address } = double;
    await double.close();
    await expect(new JenkinsAgents(address, double.env()).list()).rejects.toThrow(
      "was not reached",
    );
    expect(() => new JenkinsAgents(address, {})).toThrow("JENKINS_USER and JENKINS_TOKEN: not set");
    await double.open();
  });
});

const own = { address: "https://ci.example.org", image: "jenkins/inbound-agent:1-jdk21" };
const jenkins = (agents: object) => ({ repository: "git@git.example:fleet.git", agents });
const table: readonly BadInput[] = [
  [
    "no Jenkins that the agent would be of",
    [[["nodes", "kmc", "jenkins"], "agent"]],
    {
      path: "berth:nodes.kmc.jenkins",
      message: "no Jenkins is declared",
      fix: "write jenkins.agents with its address below berth:agency",
    },
  ],
  [
    "an image whose tag moves",
    [[["agency", "jenkins"], jenkins({ ...own, image: "jenkins/inbound-agent:latest" })]],
    {
      path: "berth:agency.jenkins.agents.image",
      message: "is not the name of an image with a tag that does not move",
      received: '"jenkins/inbound-agent:latest"',
      fix: "and not latest",
    },
  ],
  [
    "a Jenkins that is reached without TLS",
    [[["agency", "jenkins"], jenkins({ ...own, address: "http://ci.example.org" })]],
    {
      path: "berth:agency.jenkins.agents.address",
      message: "is not the address of a Jenkins",
      received: '"http://ci.example.org"',
      fix: "without the last slash",
    },
  ],
];

describe("a node's agent", () => {
  it.each(table)("is refused with %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("is declared by a word, and the agency's Jenkins", () => {
    const input = changed(prod(), [
      [["agency", "jenkins"], jenkins(own)],
      [["nodes", "kmc", "jenkins"], "agent"],
    ]);
    expect(problemsOf(input)).toEqual([]);
  });
});

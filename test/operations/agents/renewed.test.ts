import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { JenkinsAgents } from "../../../operations/agents/jenkins";
import { markOf } from "../../../operations/agents/mark";
import { wantedOf } from "../../../operations/agents/wanted";
import type { Context } from "../../../operations/ground/context";
import type { Entrance } from "../../../operations/ground/sessions";
import { renewAgents } from "../../../operations/people/offboarding/agents";
import { JenkinsDouble } from "../../../packages/local-cloud/services/jenkins/jenkins";
import { machine } from "../machines";

const withAgent = (name: string) => {
  const found = machine(name);
  return { ...found, node: { ...found.node, jenkins: "agent" as const } };
};
const [kmc, portal, plain] = [withAgent("kmc"), withAgent("portal"), machine("legacy")];
let double: JenkinsDouble;
const entrance = {} as Entrance;
let env: NodeJS.ProcessEnv;
let jenkins: JenkinsAgents;
const names = async () => (await jenkins.list()).map(({ name }) => name).sort();

/** Machines take what they are given: Jenkins' side alone is carried out. */
const carry: Parameters<typeof renewAgents>[4] = async (hands, standing) => {
  for (const each of standing) {
    if (each.kind === "left") await hands.jenkins.remove(each.name);
    if (each.kind !== "missing") continue;
    const { wanted, name } = each;
    await hands.jenkins.create(name, markOf(wanted.machine), wanted.labels);
    hands.context.out(`${name}: made\n`);
  }
  return 0;
};
const renew = (...machines: readonly (typeof plain)[]) => {
  const context = { env } as unknown as Context;
  const declared = { address: double.address, image: "agent:1" };
  return renewAgents(context, entrance, machines, declared, carry);
};

beforeEach(async () => {
  double = new JenkinsDouble();
  await double.open();
  env = double.env();
  jenkins = new JenkinsAgents(double.address, env);
  for (const each of [kmc, portal])
    await jenkins.create(`${each.node.name}-0`, markOf(each), ["x"]);
  await jenkins.create("mine", "made by hand", ["x"]);
});
afterEach(() => double.close());

describe("agents of nodes that somebody was root on (R51)", () => {
  it("have another secret once somebody left, and the others and people's stay as they are", async () => {
    const [first] = await renew(kmc, plain);
    expect(first).toMatchObject({ node: "prod/kmc", verdict: "renewed" });
    const after = await names();
    expect(after).toEqual([
      "Built-In Node",
      "mine",
      "portal-0",
      expect.stringMatching(/^prod-kmc-[0-9a-f]{12}$/),
    ]);
    const [again] = await renew(kmc);
    expect(again?.seen).toContain(`${after[3]}-2: made`);
    expect(await names()).toEqual([...after.slice(0, 3), `${after[3]}-2`]);
  });

  it("are open where people have an agent of the needed name, which stays", async () => {
    const [{ base } = { base: "" }] = wantedOf([kmc]);
    await jenkins.create(base, "made by hand", ["x"]);
    const before = await names();
    expect(await renew(kmc)).toEqual([
      {
        node: "prod/kmc",
        verdict: "open",
        seen: expect.stringContaining(base) as string,
      },
    ]);
    expect(await names()).toEqual(before);
  });

  it("are open where Jenkins is not reached or not told of, and nothing is thrown", async () => {
    expect(await renew(plain)).toEqual([]);
    env = { ...env, JENKINS_URL: "http://127.0.0.1:9" };
    expect(await renew(kmc)).toEqual([
      {
        node: "prod/kmc",
        verdict: "open",
        seen: expect.stringContaining("was not reached") as string,
      },
    ]);
    env = {};
    expect(await renew(kmc, portal)).toMatchObject([{ verdict: "open" }, { verdict: "open" }]);
  });
});

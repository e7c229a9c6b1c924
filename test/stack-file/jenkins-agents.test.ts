import { describe, expect, it } from "vitest";

import { changed, parse, problemsOf, prod, type BadInput } from "./fixture";

const jenkins = {
  repository: "git@github.com:acme/fleet.git",
  agents: {
    address: "https://ci.acme.dev",
    image: "jenkins/inbound-agent:3345.v03dee9b_f88fc-1-jdk21",
  },
};
const declared: BadInput[1][number] = [["agency", "jenkins"], jenkins];
const agentOn = (node: string): BadInput[1][number] => [["nodes", node, "jenkins"], "agent"];

describe("a node with an agent of Jenkins (R20)", () => {
  it("has one where the agency says of which Jenkins", () => {
    const fleet = parse(changed(prod(), [declared, agentOn("kmc")]));
    expect(fleet.nodes.flatMap(({ name, jenkins: says }) => (says ? [name] : []))).toEqual(["kmc"]);
    expect(problemsOf(changed(prod(), [agentOn("kmc")]))).toEqual([
      expect.objectContaining({
        path: "berth:nodes.kmc.jenkins",
        message: expect.stringContaining("no Jenkins is declared") as string,
      }),
    ]);
  });

  it.each(["clinic", "legacy"])(
    "has one on %s, which exists, where Berth may use Docker there",
    (node) => {
      const manage = (...steps: string[]): BadInput[1][number] => [
        ["nodes", node, "manage"],
        steps,
      ];
      const refused = {
        path: `berth:nodes.${node}.jenkins`,
        fix: "add deploy to its manage, or remove the line",
      };
      for (const steps of [[], [manage("people")]]) {
        expect(problemsOf(changed(prod(), [declared, agentOn(node), ...steps]))).toEqual([
          expect.objectContaining(refused),
        ]);
      }
      expect(
        problemsOf(changed(prod(), [declared, agentOn(node), manage("people", "deploy")])),
      ).toEqual([]);
    },
  );
});

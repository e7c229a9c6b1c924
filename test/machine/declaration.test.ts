import { describe, expect, it } from "vitest";

import { machineOf } from "../../components/machine/declaration";
import { renderConverge } from "../../components/machine/script";
import { changed, parse, prod, type BadInput } from "../stack-file/fixture";

const dotfiles = { repository: "https://git.example/dotfiles.git", commit: "0123456789".repeat(4) };

/** The machine of a node of a valid prod stack with changes. */
function machine(name: string, changes: BadInput[1] = []) {
  const fleet = parse(changed(prod(), changes));
  const node = fleet.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return machineOf("berth", fleet, node);
}

describe("what a stack's fleet declares of a machine", () => {
  it("is the accounts to take over, on the machine that names them alone", () => {
    const changes: BadInput[1] = [
      [
        ["nodes", "clinic", "accounts"],
        ["dana", "clark"],
      ],
    ];
    expect(machine("clinic", changes)).toMatchObject({
      takenOver: ["clark", "dana"],
      madeByBerth: false,
    });
    expect(renderConverge(machine("clinic", changes))).toContain("\nTAKEN_OVER=('clark' 'dana')\n");
    expect(machine("legacy", changes)).not.toHaveProperty("takenOver");
  });

  it("is the team's dotfiles on every machine (R19)", () => {
    const changes: BadInput[1] = [[["team", "dotfiles"], dotfiles]];
    for (const name of ["clinic", "kmc", "legacy"]) {
      expect(machine(name, changes).dotfiles).toEqual(dotfiles);
      expect(renderConverge(machine(name, changes))).toContain(
        `\nDOTFILES_REPOSITORY='${dotfiles.repository}'\nDOTFILES_COMMIT='${dotfiles.commit}'\n`,
      );
    }
  });

  it("leaves both out where they are not declared", () => {
    expect(machine("clinic")).not.toHaveProperty("takenOver");
    expect(machine("clinic")).not.toHaveProperty("dotfiles");
  });
});

describe("what a machine delivers", () => {
  it("is the projects with a repository, on the branch of their environment (R48) or their own", () => {
    const [delivery] = machine("kmc", [
      [["projects", "kmc", "repository"], "git@git.example:kmc.git"],
    ]).deliveries;
    expect(delivery).toMatchObject({
      slug: "kmc",
      environment: "prod",
      repository: "git@git.example:kmc.git",
      branch: "master",
      health: { path: "/", seconds: 60 },
    });
    expect(delivery?.names[0]).toBe(delivery?.domain);
    const declared = machine("kmc", [
      [["projects", "kmc", "repository"], "git@git.example:kmc.git"],
      [["projects", "kmc", "branch"], "release/kmc"],
    ]).deliveries;
    expect(declared).toMatchObject([{ slug: "kmc", branch: "release/kmc" }]);
    expect(machine("kmc", [[["projects", "kmc", "repository"], undefined]]).deliveries).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";

import { machineOf } from "../../components/machine/declaration";
import { changed, hostStack, parse, prod, problemsOf } from "./fixture";

const at = ["nodes", "kmc", "madeBy"] as const;

describe("a node whose machine a folded host stack made", () => {
  it("keeps that stack's name in its owner file, and no other node does", () => {
    const fleet = parse(changed(prod(), [[at, "prod-b"]]));
    const owners = fleet.nodes.map((node) => [node.name, machineOf("berth", fleet, node).owner]);
    expect(owners).toContainEqual(["kmc", "berth/prod-b"]);
    expect(owners).toContainEqual(["cryptsend", "berth/prod"]);
  });

  it("is refused in a host stack, and with the stack's own name", () => {
    const own = problemsOf(changed(prod(), [[at, "prod"]]));
    expect(own).toMatchObject([{ path: "berth:nodes.kmc.madeBy", fix: "remove the line" }]);
    const host = changed(hostStack(), [[["nodes", "cryptsend", "madeBy"], "prod-c"]]);
    expect(problemsOf(host)).toMatchObject([
      { path: "berth:nodes.cryptsend.madeBy", message: /into which a host stack was folded/ },
    ]);
  });
});

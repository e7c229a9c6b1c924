import { describe, expect, it } from "vitest";

import { readExport } from "../../engine/state";
import { readPublished } from "../../operations/ground/published";
import { earlier } from "../outputs/earlier";

const state = (outputs: unknown) => {
  const urn = "urn:pulumi:prod-b::berth::pulumi:pulumi:Stack::berth-prod-b";
  const resources = [{ type: "pulumi:pulumi:Stack", urn, outputs }];
  return readExport(JSON.stringify({ deployment: { resources } }));
};

describe("machines that operations may log in to", () => {
  it.each(Object.entries(earlier))("are known from a state that %s left", (_commit, outputs) => {
    const { kmc } = outputs.nodes;
    const { nodes } = readPublished(state(outputs));
    expect(nodes["kmc"]).toEqual({
      address: kmc.address,
      hostKey: kmc.hostKey,
      projects: kmc.projects,
    });
  });

  it("are those that were entered, too, when their converge failed", () => {
    const way = { address: "192.0.2.9", hostKey: "ssh-ed25519 AAAA" };
    const { nodes } = readPublished(state({ nodes: { shop: { unfinished: way } } }));
    expect(nodes).toEqual({ shop: { ...way, projects: [] } });
  });

  it("are refused with the stack's name where another program published something else", () => {
    expect(() => readPublished(state({ nodes: ["shop"] }))).toThrow(
      "The outputs of stack prod-b are of a form that this version of Berth cannot read (nodes)",
    );
  });
});

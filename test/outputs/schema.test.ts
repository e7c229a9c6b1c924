import { unknown as sdkUnknown } from "@pulumi/pulumi/output";
import { unknownValue } from "@pulumi/pulumi/runtime";
import { describe, expect, it } from "vitest";

import { readOutputs } from "../../components/outputs/schema";
import { secret, unknown } from "../../engine/values";
import { earlier } from "./earlier";

/** What the engine puts in the place of a value that a failed resource would have given. */
const failed = unknownValue;

describe("a stack's outputs", () => {
  it.each(Object.entries(earlier))("are read whole as %s published them", (_commit, outputs) => {
    expect(readOutputs("prod", outputs)).toEqual(outputs);
  });

  it("are none where a stack never ran", () => {
    const none = { nodes: {}, projects: {}, backups: {} };
    for (const outputs of [undefined, null, {}]) expect(readOutputs("prod", outputs)).toEqual(none);
  });

  it("tell nothing where the engine has a word or a mark of its own", () => {
    for (const address of [failed, sdkUnknown, null, unknown, secret]) {
      const { nodes } = readOutputs("prod", { nodes: { shop: { address, login: "root" } } });
      expect(nodes["shop"]).toEqual({ login: "root" });
    }
    expect(readOutputs("prod", { nodes: { shop: failed }, projects: unknown }).nodes).toEqual({});
    expect(readOutputs("prod", { nodes: sdkUnknown }).nodes).toEqual({});
  });

  it("are read where a later program publishes more", () => {
    const { nodes } = readOutputs("prod", { nodes: { shop: { login: "root", mood: 7 } }, more: 1 });
    expect(nodes).toEqual({ shop: { login: "root" } });
  });

  it("are looked up by any name that a project may bear", () => {
    expect(readOutputs("prod", {}).projects["constructor"]).toBeUndefined();
  });

  it.each([
    ["no group of outputs", 7],
    ["projects", { projects: ["portal"] }],
    ["nodes.shop", { nodes: { shop: 7 } }],
    ["nodes.shop.projects.0", { nodes: { shop: { projects: [1] } } }],
  ])("are refused in one sentence with what is of another form: %s", (where, outputs) => {
    expect(() => readOutputs("prod-b", outputs)).toThrow(
      `The outputs of stack prod-b are of a form that this version of Berth cannot read (${where}): use the version that deployed the stack last, or a newer one.`,
    );
  });
});

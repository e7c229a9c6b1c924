import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime";
import { describe, expect, it } from "vitest";

import { nameOf, stackOf, typeOf } from "../../engine/urn";
import {
  at,
  openedValues,
  secret,
  secretSignature,
  shutValues,
  signature,
  unknown,
  unknowns,
} from "../../engine/values";

describe("what the engine says", () => {
  it("is marked as the SDK marks it", () => {
    expect([signature, secretSignature]).toEqual([specialSigKey, specialSecretSig]);
    expect(unknowns).toContain(unknownValue);
  });

  const sealed = { [signature]: secretSignature, value: { key: "hush", of: [unknownValue] } };
  const raw = {
    __defaults: [],
    tag: "plain",
    list: [sealed],
    told: "[secret]",
    later: unknownValue,
  };

  it("is opened for a judge, with the paths of its secrets and their texts", () => {
    expect(openedValues(raw)).toEqual({
      values: { ...raw, list: [{ key: "hush", of: [unknown] }], later: unknown },
      secrets: ["list[0]"],
      secretTexts: ["hush"],
    });
  });

  it("is shut for a teller, whatever is in it", () => {
    const values = shutValues(raw);
    expect(values).toEqual({ tag: "plain", list: [secret], told: secret, later: unknown });
    expect(at(values, "list", 0, "key")).toBe(secret);
    expect(at(values, "later", "deeper")).toBe(unknown);
  });

  it("names resources whose own name holds the signs of a URN", () => {
    const urn = "urn:pulumi:prod::berth::a:b:Node$digitalocean:index/droplet:Droplet::kmc::$x";
    expect([stackOf(urn), typeOf(urn), nameOf(urn)]).toEqual([
      "prod",
      "digitalocean:index/droplet:Droplet",
      "kmc::$x",
    ]);
  });
});

import { describe, expect, it } from "vitest";

import { readExport } from "../../engine/state";
import { tellInterrupted } from "../../operations/ground/interrupted";
import { readPublished } from "../../operations/ground/published";

const urn = (type: string, name: string) => `urn:pulumi:prod::berth::node$${type}::${name}`;
const resource = (type: string, name: string, more = {}) => ({
  ...{ type, urn: urn(type, name), custom: true },
  ...more,
});
const exported = (state: object) => readExport(JSON.stringify(state));
const droplet = "digitalocean:index/droplet:Droplet";

describe("what a killed update was making", () => {
  const read = (pending: readonly object[], resources: readonly object[] = []) =>
    readPublished(exported({ deployment: { resources, pending_operations: pending } })).interrupted;

  it("is named with the one that the state knows by now", () => {
    const creating = {
      type: "creating",
      resource: resource(droplet, "kmc-server", { inputs: { name: "kmc" } }),
    };
    const [first] = read([creating]);
    expect(first).toEqual({ type: droplet, resource: "kmc-server", name: "kmc" });
    expect(tellInterrupted(first!)).toContain(
      'pulumi was cut off while it made Droplet kmc-server ("kmc"); there may be one that no state knows',
    );
    const [again] = read([creating], [resource(droplet, "kmc-server", { id: "1002" })]);
    expect(tellInterrupted(again!)).toContain("there may be one besides 1002");
  });

  it("leaves nothing where nothing is made at a provider, or where the state has it", () => {
    const pending = [
      { type: "creating", resource: resource("command:remote:Command", "kmc-enter") },
      { type: "creating", resource: resource("tls:index/privateKey:PrivateKey", "kmc-boot-key") },
      { type: "creating", resource: resource("pulumi:providers:aws", "aws") },
      { type: "creating", resource: resource("berth:index:ProjectNode", "kmc", { custom: false }) },
      { type: "updating", resource: resource(droplet, "kmc-server", { id: "1002" }) },
      { type: "deleting", resource: resource(droplet, "old-server", { id: "1001" }) },
    ];
    expect(read(pending)).toEqual([]);
  });

  it("is nothing in a stack that was never deployed", () => {
    expect(readPublished(exported({ version: 3, deployment: { manifest: {} } }))).toEqual({
      nodes: {},
      interrupted: [],
    });
  });
});

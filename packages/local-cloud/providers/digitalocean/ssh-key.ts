import { createHash } from "node:crypto";

import { bridged } from "../../emulator/bridged";
import { ProviderError, type ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";
import { nextNumber } from "./catalog";
import { authenticate, notFound, refused } from "./errors";
import { notEmpty } from "./rules";

const kind = "digitalocean/sshKey";

/** SSH keys of the account. Source: the provider's recorded calls and upstream's source. */
export const sshKeyTable: ResourceTable = {
  type: "digitalocean:index/sshKey:SshKey",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    name: { type: "string", refuse: notEmpty },
    publicKey: {
      type: "string",
      required: true,
      forceNew: true,
      refuse: notEmpty,
      same: (state, input) => String(state).trim() === String(input).trim(),
    },
  },
  outputs: { fingerprint: UNKNOWN },
  api: {
    create(inputs, _planned, context) {
      const doing = "Error creating SSH Key";
      const request = "POST /account/keys";
      authenticate(context, doing, request);
      const fingerprint = fingerprintOf(String(inputs["publicKey"]));
      if (fingerprint === undefined) {
        const expected = "key should be of type ssh-rsa, ssh-ed25519...";
        throw refused(doing, request, 422, `Key invalid, ${expected}`);
      }
      const key = keyOf(inputs["publicKey"]);
      if (context.world.find(kind, (data) => keyOf(data["publicKey"]) === key)) {
        throw refused(doing, request, 422, "SSH Key is already in use on your account");
      }
      return { id: String(nextNumber(context.world)), outputs: { fingerprint } };
    },
    update(id, _change, context) {
      const request = `PUT /account/keys/${id}`;
      if (!context.world.get(kind, id)) throw notFound("Failed to update SSH key", request);
      return {};
    },
    deleteGone(id, context) {
      const request = `DELETE /account/keys/${id}`;
      authenticate(context, "Error deleting SSH key", request);
      throw notFound("Error deleting SSH key", request);
    },
    importId: (id) => {
      if (/^\d+$/.test(id)) return id;
      throw new ProviderError(
        `invalid SSH key id: strconv.Atoi: parsing ${JSON.stringify(id)}: invalid syntax`,
      );
    },
  },
};

/** SSH keys of the account. */
export const sshKey: ResourceHandler = bridged(resource(sshKeyTable), (inputs, olds) =>
  plan(sshKeyTable, inputs, olds),
);

/** Type and key without the comment. */
function keyOf(publicKey: unknown): string {
  return String(publicKey).trim().split(/\s+/).slice(0, 2).join(" ");
}

/** MD5 of the key itself; undefined when the text is no OpenSSH public key. */
function fingerprintOf(publicKey: string): string | undefined {
  const [type, encoded = ""] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(encoded, "base64");
  if (!type || blob.length < 8) return undefined;
  const named = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString();
  if (named !== type) return undefined;
  return createHash("md5")
    .update(blob)
    .digest("hex")
    .replace(/..(?!$)/g, "$&:");
}

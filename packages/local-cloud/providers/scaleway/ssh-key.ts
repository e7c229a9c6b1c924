import { createHash, randomUUID } from "node:crypto";

import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";
import { ownership, stamp } from "./account";
import { ApiError, notFound } from "./errors";
import { projectId } from "./resource";

const kind = "scaleway/ssh-key";

/**
 * SSH keys of a project. A server takes the keys of its project at its first boot; no server input
 * names them. Source: the provider's recorded calls.
 */
export const sshKey: ResourceTable = {
  type: "scaleway:iam/sshKey:SshKey",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    name: { type: "string" },
    projectId,
    publicKey: { type: "string", required: true, forceNew: true, same: sameKey },
    disabled: { type: "boolean", absent: false },
  },
  outputs: {
    createdAt: UNKNOWN,
    fingerprint: UNKNOWN,
    organizationId: UNKNOWN,
    updatedAt: UNKNOWN,
  },
  api: {
    create(inputs, _planned, context) {
      const publicKey = withoutComment(inputs["publicKey"]);
      const fingerprint = fingerprintOf(publicKey);
      if (fingerprint === undefined) {
        throw new ApiError("invalid argument(s): public_key is wrongly formatted");
      }
      const now = stamp(context);
      return {
        id: randomUUID(),
        outputs: {
          ...ownership(inputs, context),
          publicKey,
          fingerprint,
          createdAt: now,
          updatedAt: now,
        },
      };
    },
    update(id, { planned }, context) {
      const now = context.world.get(kind, id)?.data;
      if (!now) throw notFound("ssh_key", id);
      const { name, disabled } = planned;
      return { ...now, name, disabled, updatedAt: stamp(context) };
    },
  },
};

/** The API keeps type and key and drops the comment, so a changed comment is no change. */
function withoutComment(value: unknown): string {
  return String(value).trim().split(/\s+/).slice(0, 2).join(" ");
}

function sameKey(state: unknown, input: unknown): boolean {
  return typeof state === "string" && withoutComment(state) === withoutComment(input);
}

/** `256 MD5:6b:cd:… (ssh-ed25519)`; undefined for text that is no OpenSSH public key. */
function fingerprintOf(publicKey: string): string | undefined {
  const [type, body] = publicKey.split(" ");
  if (!type || !body) return undefined;
  const blob = Buffer.from(body, "base64");
  if (blob.length < 8 || blob.subarray(4, 4 + type.length).toString() !== type) return undefined;
  const digest = createHash("md5").update(blob).digest("hex").match(/../g)!.join(":");
  return `${bitsOf(type, blob)} MD5:${digest} (${type})`;
}

/** Key size in bits: that of the RSA modulus, which is the blob's third and last field. */
function bitsOf(type: string, blob: Buffer): number {
  if (type !== "ssh-rsa") return Number(/\d{3}$/.exec(type)?.[0] ?? 256);
  const exponentAt = 4 + blob.readUInt32BE(0);
  const modulusAt = exponentAt + 4 + blob.readUInt32BE(exponentAt);
  // A leading zero byte keeps the number positive.
  return (blob.readUInt32BE(modulusAt) - 1) * 8;
}

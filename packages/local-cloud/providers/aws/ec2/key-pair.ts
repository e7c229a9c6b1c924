import { createHash } from "node:crypto";

import type { ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { failed } from "../errors";
import { ec2Arn, newId, regionOf } from "../ids";
import { region, tags } from "../resource";

const kind = "aws/key-pair";

/** Public keys for the first login. AWS takes RSA and Ed25519 keys only. */
export const keyPair: ResourceTable = {
  type: "aws:ec2/keyPair:KeyPair",
  style: "sdkv2",
  kind,
  autoName: "keyName",
  inputs: {
    region,
    ...tags,
    keyName: { type: "string", forceNew: true },
    keyNamePrefix: { type: "string", computed: true, forceNew: true },
    publicKey: {
      type: "string",
      required: true,
      forceNew: true,
      same: (state, input) =>
        typeof state === "string" && typeof input === "string" && state.trim() === input.trim(),
      toState: (value) => (typeof value === "string" ? value.trim() : value),
    },
  },
  outputs: { arn: UNKNOWN, fingerprint: UNKNOWN, keyPairId: UNKNOWN, keyType: UNKNOWN },
  api: {
    create(inputs, _planned, context) {
      const name = String(inputs["keyName"]);
      const refusal = (code: string, message: string) =>
        failed(`importing EC2 Key Pair (${name})`, {
          service: "EC2",
          action: "ImportKeyPair",
          status: 400,
          code,
          message,
        });
      if (context.world.get(kind, name)) {
        throw refusal("InvalidKeyPair.Duplicate", "The keypair already exists");
      }
      const [type, blob] = String(inputs["publicKey"]).trim().split(/\s+/);
      const keyType = type === "ssh-ed25519" ? "ed25519" : type === "ssh-rsa" ? "rsa" : undefined;
      if (!keyType || !blob) {
        throw refusal("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
      }
      return {
        id: name,
        outputs: {
          arn: ec2Arn(inputs, context, `key-pair/${name}`),
          fingerprint: fingerprint(keyType, blob),
          keyPairId: newId("key"),
          keyNamePrefix: "",
          keyType,
          region: regionOf(inputs, context),
        },
      };
    },
  },
};

/** Base-64 SHA-256 of an Ed25519 key; MD5 in colons of an imported RSA key. */
function fingerprint(keyType: "ed25519" | "rsa", blob: string): string {
  const bytes = Buffer.from(blob, "base64");
  if (keyType === "ed25519") return createHash("sha256").update(bytes).digest("base64");
  return createHash("md5").update(bytes).digest("hex").match(/../g)!.join(":");
}

import { createHash, createPublicKey } from "node:crypto";

import type { Subject } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";
import { algorithms, curves, customaryPem, newKey } from "./keys";
import { publicPem, sshForms } from "./openssh";
import { stateless } from "./stateless";

const generated = [
  "privateKeyOpenssh",
  "privateKeyPem",
  "privateKeyPemPkcs8",
  "publicKeyFingerprintMd5",
  "publicKeyFingerprintSha256",
  "publicKeyOpenssh",
  "publicKeyPem",
];

/** Private keys, really generated. Source: the provider's recorded calls and upstream's source. */
const table: ResourceTable = {
  type: "tls:index/privateKey:PrivateKey",
  style: "framework",
  kind: "tls/privateKey",
  inputs: {
    algorithm: { type: "string", required: true, forceNew: true, oneOf: algorithms },
    ecdsaCurve: { type: "string", forceNew: true, absent: "P224", oneOf: curves },
    rsaBits: { type: "integer", forceNew: true, absent: 2048, refuse: notWhole },
  },
  outputs: Object.fromEntries(generated.map((key) => [key, UNKNOWN])),
  volatile: ["id", ...generated],
  secretOutputs: generated.filter((key) => key.startsWith("private")),
  api: {
    async create(_inputs, planned) {
      const key = await newKey(
        String(planned["algorithm"]),
        String(planned["ecdsaCurve"]),
        Number(planned["rsaBits"]),
      );
      const ssh = sshForms(key);
      const der = createPublicKey(key).export({ type: "spki", format: "der" });
      return {
        id: createHash("sha1").update(der).digest("hex"),
        outputs: {
          privateKeyOpenssh: ssh.privateKey,
          privateKeyPem: customaryPem(key),
          privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
          publicKeyFingerprintMd5: ssh.md5,
          publicKeyFingerprintSha256: ssh.sha256,
          publicKeyOpenssh: ssh.publicKey,
          publicKeyPem: publicPem(key),
        },
      };
    },
  },
};

/** Private keys. */
export const privateKey = stateless(table);

function notWhole(value: unknown, { name }: Subject, place: string): string | undefined {
  if (typeof value !== "number" || Number.isInteger(value)) return undefined;
  return `Configuration Read Error. An unexpected error was encountered trying to convert an attribute value from the configuration. This is always an error in the provider. Please report the following to the provider developer:\n\nError: Value %!s(*big.Float=${value}) is not an integer.. Examine values at '${name}.${place}'.`;
}

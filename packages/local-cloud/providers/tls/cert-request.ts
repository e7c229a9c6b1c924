import { createHash } from "node:crypto";

import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN } from "../../emulator/values";
import { missing, subjectInputs } from "./certificate-inputs";
import { algorithmOf, parseKey } from "./keys";
import { stateless } from "./stateless";
import { library } from "../../ground/x509";
import { alternativeNames, nameOf, signingKeys, withNewline } from "./x509";

/** Certificate requests, really signed. Source: the provider's recorded calls. */
const table: ResourceTable = {
  type: "tls:index/certRequest:CertRequest",
  style: "framework",
  kind: "tls/certRequest",
  inputs: subjectInputs,
  outputs: { certRequestPem: UNKNOWN, keyAlgorithm: UNKNOWN },
  secretOutputs: ["privateKeyPem"],
  missing,
  api: {
    async create(inputs) {
      const x509 = await library();
      const key = parseKey(String(inputs["privateKeyPem"]));
      const { keys, algorithm } = await signingKeys(key);
      const names = alternativeNames(inputs, "Error creating certificate request");
      const request = await x509.Pkcs10CertificateRequestGenerator.create({
        name: nameOf(inputs["subject"]),
        keys,
        signingAlgorithm: algorithm,
        extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
      });
      return {
        id: createHash("sha1").update(Buffer.from(request.rawData)).digest("hex"),
        outputs: {
          certRequestPem: withNewline(request.toString("pem")),
          keyAlgorithm: algorithmOf(key),
        },
      };
    },
  },
};

/** Certificate requests. */
export const certRequest = stateless(table, { secretInputs: ["privateKeyPem"] });

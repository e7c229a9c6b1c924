import type { Provider } from "../../emulator/handler";
import { certRequest } from "./cert-request";
import { locallySignedCert } from "./locally-signed-cert";
import { privateKey } from "./private-key";
import { selfSignedCert } from "./self-signed-cert";

/** Keys and certificates as @pulumi/tls 5.6.1 makes them; all of them real. */
export const tls: Provider = {
  name: "tls",
  version: "5.6.1",
  resources: [certRequest, locallySignedCert, privateKey, selfSignedCert],
  capabilities: { supportsPreview: true, acceptSecrets: false, supportsAutonaming: true },
};

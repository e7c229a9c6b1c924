import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { renderUserData } from "./user-data";

/** A host key known before the machine exists, and the user data that delivers it. */
export interface Boot {
  /** authorized_keys line to pin the first connection to. */
  readonly hostKey: pulumi.Output<string>;
  /** Secret: holds the private half. */
  readonly userData: pulumi.Output<string>;
}

/** Who enters a machine first. */
export interface BootArgs {
  /** The account that its image prepares (R13). */
  readonly login: string;
  /** Public keys that may enter as that account: the deployers'. */
  readonly authorizedKeys: readonly string[];
}

/**
 * Makes the boot host key. ECDSA, so that it can be served beside the machine's own permanent
 * Ed25519 key: sshd offers one key a type, and a client that pins either gets that one.
 */
export function bootIdentity(
  name: string,
  { login, authorizedKeys }: BootArgs,
  opts: pulumi.CustomResourceOptions = {},
): Boot {
  const key = new tls.PrivateKey(
    `${name}-boot-key`,
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
    opts,
  );
  const userData = pulumi
    .all([key.privateKeyOpenssh, key.publicKeyOpenssh])
    .apply(([privateKey, publicKey]) =>
      renderUserData({
        login,
        authorizedKeys,
        hostKey: { privateKey, publicKey },
      }),
    );
  return {
    hostKey: key.publicKeyOpenssh.apply((line) => line.trim()),
    userData: pulumi.secret(userData),
  };
}

import { renderUserData } from "../../components/clouds/user-data";
import type { KeyPair } from "../../packages/local-cloud/test/hosts/boot-ground";

/** The program's own user data: a boot host key, and a key for the initial account. */
export function userData(login: "root" | "ubuntu", hostKey: KeyPair, mine: KeyPair): string {
  const { private: privateKey, public: publicKey } = hostKey;
  return renderUserData({
    login,
    authorizedKeys: [mine.public],
    hostKey: { privateKey, publicKey },
  });
}

/** `node --import tsx age.ts -d -i KEYFILE FILE`: what age's own command does with these words. */

import { readFileSync } from "node:fs";

async function opened(keyFile: string, file: string): Promise<Uint8Array> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(readFileSync(keyFile, "utf8").trim());
  return decrypter.decrypt(armor.decode(readFileSync(file, "utf8")));
}

const [, , how, which, keyFile = "", file = ""] = process.argv;
if (how !== "-d" || which !== "-i") throw new Error("only: age -d -i KEYFILE FILE");
void opened(keyFile, file).then((plain) => process.stdout.write(plain));

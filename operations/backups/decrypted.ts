import * as fs from "node:fs";
import { ReadableStream } from "node:stream/web";

import { CouldNot } from "./docker";

const magic = Buffer.from("age-encryption.org/v1");

/** What is wrong with an archive that none of the keys opens. */
export class WrongKey extends Error {}

/**
 * An archive as it was before it was encrypted with age, if it was; other archives as they are. `file`: identities
 * of age, as `age-keygen` writes them. Throws `CouldNot` where it is encrypted and there is no such file, and
 * `WrongKey` where none of them opens it.
 */
export async function* decrypted(
  archive: AsyncIterable<Buffer>,
  file: string | undefined,
): AsyncGenerator<Buffer> {
  const chunks = archive[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < magic.length) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  const whole = (async function* () {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  if (!first.subarray(0, magic.length).equals(magic)) {
    yield* whole;
    return;
  }
  // It is a module of the other kind.
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identitiesIn(file)) decrypter.addIdentity(identity);
  let plain;
  try {
    plain = await decrypter.decrypt(ReadableStream.from(whole) as never);
  } catch {
    throw new WrongKey("is encrypted, and none of the identities in BERTH_AGE_IDENTITY opens it");
  }
  for await (const chunk of plain as unknown as AsyncIterable<Uint8Array>) yield Buffer.from(chunk);
}

function identitiesIn(file: string | undefined): string[] {
  const how = "BERTH_AGE_IDENTITY names the file of an identity that opens it";
  if (file === undefined) throw new CouldNot(`the archive is encrypted: ${how}`);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    throw new CouldNot(`${file} cannot be read: ${how}`);
  }
  const identities = text.split("\n").filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (identities.length === 0) throw new CouldNot(`${file} holds no identity: ${how}`);
  return identities;
}

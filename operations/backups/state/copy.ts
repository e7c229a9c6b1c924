import { createHash } from "node:crypto";

import { isMissing, pulumi } from "../../../engine/pulumi";
import { readExport } from "../../../engine/state";
import type { Context } from "../../ground/context";
import { exits, Refusal } from "../../ground/usage";
import { Store } from "../store";
import { stackKey, stateManifestKey, type StateManifest } from "./manifest";
import { declaredStatePlace } from "./place";

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/**
 * `berth backup --state`: what `pulumi stack export` prints of every stack, secrets encrypted as in the state, each
 * encrypted once more to the declared keys of age, into production's bucket. The manifest comes last, so that a copy
 * that was cut off is none. Changes no stack and takes no lock.
 *
 * Throws a `Refusal` where a state cannot be read, before anything is written, and where S3 refuses.
 */
export async function copyState(context: Context): Promise<number> {
  const { place, recipients, stacks } = declaredStatePlace(context);
  const read = await Promise.all(
    stacks.map(async (name) => ({ name, text: await exported(context, name) })),
  );
  const absent = read.filter(({ text }) => text === undefined).map(({ name }) => name);
  if (absent.includes("prod")) throw new Refusal("stack prod was never deployed: nothing to copy");
  const { stdout } = await pulumi(["version"], { cwd: context.directory, env: context.env });
  const store = new Store(place, context.env);
  const begun = context.now;
  const held: StateManifest["stacks"] = {};
  for (const { name, text } of read) {
    if (text === undefined) continue;
    const { resources, halfMade } = readExport(text);
    if (halfMade.length > 0) {
      context.say(`${name}: an update was killed; its state names ${halfMade.length} half made`);
    }
    const sealed = await encrypted(text, recipients);
    const key = stackKey(place.prefix, begun, name);
    await store.create(key, sealed);
    held[name] = {
      ...{ key, bytes: Buffer.byteLength(sealed), sha256: sha256(sealed) },
      ...{ inside: sha256(text), resources: resources.length },
    };
    context.out(`${name}: ${resources.length} resources\n`);
  }
  const manifest: StateManifest = {
    ...{ format: 1, project: "berth-state", begun: begun.toISOString() },
    ...{ engine: stdout.trim(), stacks: held, absent },
  };
  const key = stateManifestKey(place.prefix, begun);
  await store.create(key, `${JSON.stringify(manifest, undefined, 1)}\n`);
  context.out(`taken: s3://${place.bucket.name}/${key}\n`);
  return exits.done;
}

/** A stack's state as the engine prints it; undefined for one that was never made. */
export async function exported(context: Context, stack: string): Promise<string | undefined> {
  const how = { cwd: context.directory, env: context.env };
  const args = ["stack", "export", "--stack", stack];
  const { code, stdout, stderr } = await pulumi(args, how).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Refusal("pulumi is not on PATH");
  });
  if (/no stack named/.test(stderr)) return undefined;
  if (code !== 0) {
    throw new Refusal(
      `the state of stack ${stack} cannot be read: ${stderr.trim().split("\n").slice(-3).join("\n")}`,
    );
  }
  return readExport(stdout).stack === undefined ? undefined : stdout;
}

async function encrypted(text: string, recipients: readonly string[]): Promise<string> {
  // It is a module of the other kind.
  const { armor, Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const each of recipients) encrypter.addRecipient(each);
  return armor.encode(await encrypter.encrypt(text));
}

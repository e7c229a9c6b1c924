import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { unknown, type Value, type ValueMap } from "../judge/value";

/** Marks, in the engine's wire format, that an object stands for something else. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** How the engine writes a value that is not known, by the value's type. */
const unknowns = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Properties as policies read them. */
export interface Decoded {
  readonly values: ValueMap;
  /** Paths of secrets. */
  readonly secrets: readonly string[];
  /** The secrets' own text, so that no message repeats it. */
  readonly secretTexts: readonly string[];
}

/** Reads properties from the wire: unknown values and secrets apart from plain ones. */
export function decode(properties: Struct | undefined): Decoded {
  const secrets: string[] = [];
  const secretTexts: string[] = [];

  const read = (raw: unknown, path: string, secret: boolean): Value => {
    if (typeof raw === "string") {
      if (unknowns.has(raw)) return unknown;
      if (secret) secretTexts.push(raw);
      return raw;
    }
    if (typeof raw === "number" || typeof raw === "boolean") return raw;
    if (raw === null || raw === undefined) return null;
    if (Array.isArray(raw)) {
      return raw.map((entry, index) => read(entry, `${path}[${index}]`, secret));
    }
    const fields = raw as Record<string, unknown>;
    if (fields[signature] === secretSignature) {
      secrets.push(path);
      return read(fields["value"], path, true);
    }
    return Object.fromEntries(
      Object.entries(fields).map(([key, field]) => [
        key,
        read(field, path === "" ? key : `${path}.${key}`, secret),
      ]),
    );
  };
  const values = read(properties?.toJavaScript() ?? {}, "", false) as ValueMap;
  return { values, secrets, secretTexts };
}

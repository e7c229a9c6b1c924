import { createHash } from "node:crypto";

import { isObject, UNKNOWN } from "../emulator/values";
import { certificateRequest } from "./sample-csr";
import { sampleKey } from "./sample-key";

/**
 * Puts usable values where a recording has placeholders: `<unknown>`, `<CSR PEM>`, redacted private keys, and `<Z1>` or
 * `<NAME>` for ids, which become 32 hexadecimal digits, the same for the same placeholder. Other
 * text in angle brackets (links in messages, `<id>` in lower case) stays.
 */
export function fillPlaceholders(value: unknown): unknown {
  if (typeof value === "string") return fillText(value);
  if (Array.isArray(value)) return value.map(fillPlaceholders);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, fillPlaceholders(v)]));
}

function fillText(text: string): string {
  if (text === "<unknown>") return UNKNOWN;
  if (text.trim() === "<CSR PEM>") return text.replace("<CSR PEM>", certificateRequest.trim());
  const [, label = ""] = /^-----BEGIN ([A-Z ]*PRIVATE KEY)-----\nREDACTED\n/.exec(text) ?? [];
  const key = sampleKey(label);
  if (key !== undefined) return key;
  return text.replace(/<([A-Z][A-Z0-9_]*\d)>/g, (_, name: string) =>
    createHash("md5").update(name).digest("hex"),
  );
}

/** What may be repeated in an error message. */

const secretText =
  /PRIVATE KEY|PuTTY-User-Key|AGE-SECRET-KEY-|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20}|\bdo[opr]_v1_|\bSCW[0-9A-Z]{17}\b|\bxox[abp]-|\bglpat-|\bgithub_pat_|\beyJ[\w-]{10,}\.|^v1:[\w+/=]+:|:\/\/(?!git@)[^/@\s]+@/;

/** Random-looking texts: 36 letters and digits in one piece, or a bare UUID (Scaleway's secrets). */
const token = /[A-Za-z0-9+/=_]{36,}|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const limit = 80;

/** Whether a text looks like a private key, a token or an address with a password. */
export function looksSecret(text: string): boolean {
  return secretText.test(text) || token.test(text);
}

/**
 * A value as an error may show it: scalars alone, short, and nothing that looks like a secret.
 * Undefined when the value must not or need not be shown.
 */
export function show(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      if (looksSecret(value)) return undefined;
      return JSON.stringify(value.length > limit ? `${value.slice(0, limit)}…` : value);
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return undefined;
  }
}

/** The type of a value in the words of a stack file. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "number":
    case "bigint":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return "a group of keys";
  }
}

/** The place of a value: `berth:projects.kmc.domain`, `berth:agency.zones["countable.ca"]`. */
export function placeOf(path: readonly PropertyKey[], file?: string): string {
  const [head, ...rest] = path;
  const root = head === undefined ? "berth" : `berth:${keyText(head)}`;
  const place = rest.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = keyText(key);
    return /^[\w-]+$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, root);
  return file === undefined ? place : `${file}: ${place}`;
}

/** A key as an error may show it: what is pasted in the wrong place can be a secret too. */
export function keyText(key: PropertyKey): string {
  const text = String(key);
  if (looksSecret(text)) return "(a key that looks like a secret)";
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** The `received` part of a problem, when the value may be shown. */
export function received(value: unknown): { readonly received?: string } {
  const shown = show(value);
  return shown === undefined ? {} : { received: shown };
}

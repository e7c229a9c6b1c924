import { looksSecret } from "../../components/fleet/show";
import { printable } from "../ground/printable";

/** Blocks of key material, over many lines. */
const blocks =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
/** `password=…`, `token: …` as programs print them. */
const assignments =
  /\b([\w-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key)[\w-]*["']?\s*[:=]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,;]+)/gi;
export const hidden = "(hidden)";

/**
 * Makes a message of the engine, a program or a provider fit to be shown: no key material, no
 * tokens, no control characters. The engine hides what is marked as secret; this hides what was
 * never marked, such as the command that a failing session prints whole.
 */
export function clean(message: string): string {
  return printable(message)
    .replaceAll(blocks, hidden)
    .replaceAll(assignments, `$1${hidden}`)
    .split(/(\s+)/)
    .map((word) => (isPublic(word) || !looksSecret(word) ? word : hidden))
    .join("")
    .trim();
}

/** Long words that are no secrets: resource names, addresses, paths, public keys. */
function isPublic(word: string): boolean {
  return (
    /urn:pulumi:/.test(word) ||
    /^[("'`]*(\.{0,2}\/|[a-z]+\/[a-z])/i.test(word) ||
    /^[("'`]*AAAA[BCE][A-Za-z0-9+/]/.test(word)
  );
}

/** Inputs that hold secrets whatever the program marked. */
const secretNames =
  /passw(or)?d|passphrase|secret|token|api_?key|private_?key|^userdata$|^cloudinit$|^stdin$|credential/i;

/** Whether an input's value is not to be shown, by its name or by how it looks. */
export function isHidden(path: string, value: string): boolean {
  const last =
    path
      .split(/[.[\]]+/)
      .filter(Boolean)
      .at(-1) ?? path;
  if (secretNames.test(last) || secretNames.test(path.split(/[.[]/)[0] ?? "")) return true;
  return looksSecret(value) && !isPublic(value) && !/^(ssh-|ecdsa-)/.test(value);
}

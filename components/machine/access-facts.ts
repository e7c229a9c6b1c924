import { createHash } from "node:crypto";

import type { MachineDeclaration } from "./script";

/** Who may enter a machine: fingerprints of SSH keys by name. */
export interface AccessFacts {
  /** Members with an account, as far as Berth manages people there. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  /** Deployers by the comment of their key, or by its fingerprint. */
  readonly deployers: Readonly<Record<string, readonly string[]>>;
}

/**
 * The access a machine's declaration gives, as inputs of its component: a preview then says who
 * gains or loses it, which no diff of a script tells a person.
 */
export function accessFacts({ members, deployerKeys, manage }: MachineDeclaration): AccessFacts {
  const people = manage.includes("people") ? members : [];
  const deployers = manage.length > 0 ? deployerKeys : [];
  return {
    people: Object.fromEntries(people.map(({ name, keys }) => [name, keys.map(fingerprint)])),
    deployers: grouped(
      deployers.map((key) => [comment(key) ?? fingerprint(key), fingerprint(key)]),
    ),
  };
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprint(key: string): string {
  const [, body = ""] = key.trim().split(/\s+/);
  const hash = createHash("sha256").update(Buffer.from(body, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

function comment(key: string): string | undefined {
  return key.trim().split(/\s+/).slice(2).join(" ") || undefined;
}

function grouped(
  pairs: readonly (readonly [string, string])[],
): Readonly<Record<string, readonly string[]>> {
  const groups: Record<string, string[]> = {};
  for (const [name, value] of pairs) groups[name] = [...(groups[name] ?? []), value];
  return groups;
}

/** Fields that several things have. */

import { domainToASCII } from "node:url";

import { z } from "zod";

import {
  domainPattern,
  loginPattern,
  repositoryPattern,
  slugPattern,
  stackPattern,
} from "./formats";
import { hints, text } from "./hints";

/** The mistakes that can be told from the name itself; what is no host name after it has no fix of its own. */
function plainFix(name: string): string | undefined {
  if (name.startsWith("*.")) {
    return "write each name by itself: wildcards are neither made nor touched";
  }
  if (name.includes("_")) {
    return "choose a name without underscores: no certificate holds one, and sites have none";
  }
  const bare = name
    .replace(/^https?:\/\//i, "")
    .replace(/\/+$/, "")
    .replace(/\.$/, "");
  const lower = bare.toLowerCase();
  return domainPattern.test(lower) ? `write the bare name in lower case: ${lower}` : undefined;
}

export const domain = (description: string) =>
  text(description, domainPattern, {
    what: "a domain name",
    allowed: "a name such as kmc.example.org, lower case, without https:// and trailing dot",
    fix: "write the bare name",
    fixFor: (name) => {
      const plain = plainFix(name);
      if (plain !== undefined) return plain;
      // eslint-disable-next-line no-control-regex -- ASCII begins with the control characters
      const ascii = /^[\x00-\x7f]*$/.test(name) ? "" : domainToASCII(name.toLowerCase());
      return ascii === "" ? undefined : `write it in Punycode, as DNS has it: ${ascii}`;
    },
  });

export const stack = (description: string) =>
  text(description, stackPattern, {
    what: "a stack's name",
    allowed: "lower-case letters, digits and hyphens",
    fix: "write the name as `pulumi stack ls` shows it",
  });

export const flag = (description: string) =>
  z.boolean().describe(description).register(hints, {
    what: "true or false",
    allowed: "true, false",
    fix: "write it without quotes",
  });

/** A line of a `.pub` file. */
export const publicKey = (description: string) =>
  z.string().describe(description).register(hints, {
    what: "an OpenSSH public key",
    fix: "paste the line of the .pub file",
    secret: true,
  });

export const repository = (description: string) =>
  text(description, repositoryPattern, {
    what: "the address of a repository without a password in it",
    allowed: "git@host:owner/name.git or https://host/owner/name.git",
    fix: "copy the clone address and keep tokens out of it",
  });

/** The name that a project or node had in the stack file so far. */
export const former = (description: string) =>
  text(description, slugPattern, {
    what: "a former name",
    allowed: "lower-case words joined by hyphens, as the stack file said until now",
    fix: "write the name as it stood before, or remove the line when it was never renamed",
  });

export const login = text("Account for the first login.", loginPattern, {
  what: "an account name",
  allowed: "lower-case letters, digits, - and _, at most 32, first a letter",
  fix: "write the account that the machine's owner prepared",
});

/** The SSH host key of a machine that Berth did not make. */
export const hostKey = z
  .string()
  .describe(
    "The machine's SSH host key, a line such as ssh-ed25519 AAAA…; connections are pinned to it.",
  )
  .register(hints, {
    what: "the machine's SSH host key",
    fix: "take the line of `ssh-keyscan -t ed25519 <address>` and compare it with what the machine's owner says",
    secret: true,
  });

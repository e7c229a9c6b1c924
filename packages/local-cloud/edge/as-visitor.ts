/** Running programs of this computer as visitors of a local cloud: its names, its authority. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "../ground/whole-file";

/** What a visitor goes by: the card of a cloud's edge. */
export interface Visited {
  readonly authority: string;
  readonly names: { readonly address: string };
}

/** A program with its words, and the variables that it is given beside its own. */
export interface Command {
  readonly program: string;
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Where distributions keep the authorities that this computer trusts anyway. */
const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/** Mounts what the program shall read in the place of this computer's own, for it alone. */
const enter = `for file in resolv.conf nsswitch.conf; do
  [ ! -e "/etc/$file" ] || mount --bind "$0/$file" "/etc/$file" || exit
done
exec "$@"`;

/**
 * The command as a visitor's: it asks the cloud's name server, which knows the rest of the world too, and
 * trusts the cloud's public authority beside this computer's own. Everything else is as it was. It needs
 * root, as machines that boot do.
 */
export function asVisitor(
  { authority, names }: Visited,
  { program, words, env }: Command,
): Command {
  const directory = dirname(authority);
  const trusted = join(directory, "visitors.pem");
  const own = bundles.find((file) => existsSync(file));
  const texts = [authority, ...(own ? [own] : [])].map((file) => readFileSync(file, "utf8"));
  writeWhole(trusted, texts.join("\n"));
  // Node adds one file to what it knows: what is there already stays in it.
  const added = join(directory, "visitors-added.pem");
  const before = env["NODE_EXTRA_CA_CERTS"];
  const others = before !== undefined && existsSync(before) ? [readFileSync(before, "utf8")] : [];
  writeWhole(added, [readFileSync(authority, "utf8"), ...others].join("\n"));
  writeWhole(join(directory, "resolv.conf"), `nameserver ${names.address}\n`);
  writeWhole(join(directory, "nsswitch.conf"), switched());
  return {
    program: "unshare",
    words: ["--mount", "--propagation", "private", "sh", "-c", enter, directory, program, ...words],
    env: { ...env, CURL_CA_BUNDLE: trusted, SSL_CERT_FILE: trusted, NODE_EXTRA_CA_CERTS: added },
  };
}

/** This computer's name service switch, with hosts asked of name servers and of nobody else. */
function switched(): string {
  const file = "/etc/nsswitch.conf";
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const others = text.split("\n").filter((line) => !/^\s*hosts:/.test(line));
  return [...others.filter((line) => line.trim() !== ""), "hosts: files dns", ""].join("\n");
}

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * What a passphrase's or a KMS's key encrypted. The engine hands the local cloud's vault only what is base64, and ends
 * with `illegal base64 data` at these.
 */
const foreign = /(\bsecure:\s*["']?)(v\d+:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+)/g;

/** The largest stack file that is read, bytes. */
const longest = 4 * 1024 * 1024;

/**
 * Puts stand-ins for such secrets into the stack files of a copy of a project: the form that the vault takes, the same
 * for the same secret, so that what did not change does not differ. What is no plain file is left alone.
 */
export function standInSecrets(copy: string): void {
  for (const file of stackFilesOf(copy)) {
    const text = fs.readFileSync(file, "utf8");
    const told = text.replaceAll(
      foreign,
      (_, lead: string, sealed: string) => lead + standIn(sealed),
    );
    if (told !== text) fs.writeFileSync(file, told);
  }
}

/** Stack files of a project that hold such secrets, by name: a rehearsal in the clone itself cannot read them. */
export function foreignSecrets(project: string): readonly string[] {
  return stackFilesOf(project)
    .filter((file) => new RegExp(foreign).test(fs.readFileSync(file, "utf8")))
    .map((file) => path.basename(file));
}

/** The plain files among them: a revision may hold links that lead anywhere. */
function stackFilesOf(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
    .map((name) => path.join(directory, name))
    .filter((file) => {
      const stat = fs.lstatSync(file);
      return stat.isFile() && stat.size <= longest;
    });
}

/** Pulumi Cloud's form: four bytes of a version, then what only its key opens. */
function standIn(sealed: string): string {
  const digest = createHash("sha256").update(sealed).digest();
  return Buffer.concat([Buffer.from([0, 0, 1, 0]), digest]).toString("base64");
}

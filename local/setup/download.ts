import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";

import { cliVersion } from "./pins";
import { lastLines, runCommand } from "./run-command";

/**
 * How long a machine without internet is kept waiting, and how long a transfer may stand still.
 */
const connectMs = 5_000;
const stallMs = 30_000;

/** Language hosts that the archive brings along and this project never runs. */
const unused = ["go", "python", "python-exec", "dotnet", "java", "yaml", "hcl", "bun"];

/** Where a download comes from. */
export interface Source {
  readonly base: string;
  readonly os: string;
  readonly arch: string;
  /** Certificate authority (PEM) to trust instead of the system's; for tests. */
  readonly ca?: string | undefined;
}

/**
 * Puts the official CLI and its Node language host into `directory`: by https alone, redirects too, and
 * only an archive that the release's own list of checksums names, with its content. Without the list,
 * or a line of it, nothing is unpacked. Throws what went wrong, in one line.
 */
export async function download(directory: string, options: Source): Promise<void> {
  const { base, ca } = options;
  const name = `pulumi-v${cliVersion}-${options.os}-${options.arch}.tar.gz`;
  const list = path.join(directory, "checksums.txt");
  await fetchTo(`${base}/pulumi-${cliVersion}-checksums.txt`, list, ca);
  const expected = checksumIn(fs.readFileSync(list, "utf8"), name);
  fs.rmSync(list);
  if (expected === undefined) {
    throw new Error(`the release's list of checksums does not name ${name}: it is not used`);
  }
  const archive = path.join(directory, name);
  await fetchTo(`${base}/${name}`, archive, ca);
  const actual = crypto.createHash("sha256").update(fs.readFileSync(archive)).digest("hex");
  if (actual !== expected) {
    fs.rmSync(archive);
    throw new Error(
      `the checksum of ${name} is ${actual}, published is ${expected}: it is not used`,
    );
  }
  const exclude = unused.map((language) => `--exclude=pulumi-language-${language}`);
  const args = ["-xzf", archive, "-C", directory, "--strip-components=1", ...exclude];
  const { code, output } = await runCommand("tar", args);
  if (code !== 0) throw new Error(`the archive cannot be unpacked: ${lastLines(output, 2)}`);
  fs.rmSync(archive);
}

/** What a list of checksums, `<sha256>  <name>` a line, says of a file; undefined when nothing clear. */
function checksumIn(list: string, name: string): string | undefined {
  const found = list.split("\n").flatMap((line) => {
    const [checksum = "", file = "", ...rest] = line.trim().split(/\s+/);
    return rest.length === 0 && file.replace(/^\*/, "") === name ? [checksum.toLowerCase()] : [];
  });
  const [first, ...others] = new Set(found);
  return others.length === 0 && /^[0-9a-f]{64}$/.test(first ?? "") ? first : undefined;
}

/** Fetches a file by https, following redirects; gives up early where there is no connection. */
function fetchTo(url: string, file: string, ca?: string, redirects = 5): Promise<void> {
  if (!url.startsWith("https://")) {
    return Promise.reject(new Error(`${url} is not https: nothing is taken from there`));
  }
  return new Promise((resolve, reject) => {
    const request = https.get(url, ca === undefined ? {} : { ca }, (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location && redirects > 0) {
        response.resume();
        const next = new URL(headers.location, url).href;
        return resolve(fetchTo(next, file, ca, redirects - 1));
      }
      if (statusCode !== 200) {
        response.resume();
        return reject(new Error(`${url} answers ${statusCode}`));
      }
      const length = Number(headers["content-length"] ?? Number.NaN);
      const out = fs.createWriteStream(file);
      response.pipe(out);
      // A connection that breaks mid-way ends the pipe without an error of its own.
      response.on("aborted", () => reject(new Error(`${url} broke off`)));
      out.on("error", reject);
      out.on("finish", () => {
        if (!Number.isNaN(length) && out.bytesWritten !== length) {
          return reject(new Error(`${url} broke off after ${out.bytesWritten} of ${length} bytes`));
        }
        resolve();
      });
    });
    const connecting = setTimeout(() => {
      request.destroy(new Error(`no connection within ${connectMs / 1000}s`));
    }, connectMs);
    const connected = () => clearTimeout(connecting);
    request.on("response", connected);
    request.on("socket", (socket) => {
      socket.once("secureConnect", connected);
    });
    request.on("close", connected);
    request.setTimeout(stallMs, () => request.destroy(new Error(`${url} stands still`)));
    request.on("error", (error) => reject(new Error(`${url}: ${error.message}`)));
  });
}

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as path from "node:path";

import { cliVersion } from "./pins";
import { lastLines, runCommand } from "../ground/run-command";

/**
 * How long a machine without internet is kept waiting, and how long a transfer may stand still.
 */
const connectMs = 5_000;
const stallMs = 30_000;

/** Language hosts that the archive brings along and this project never runs. */
const unused = ["go", "python", "python-exec", "dotnet", "java", "yaml", "hcl", "bun"];

/**
 * Puts the official CLI and its Node language host into `directory`. The archive is compared with
 * the makers' list of checksums where that can be had. Throws what went wrong, in one line.
 */
export async function download(
  directory: string,
  options: { base: string; os: string; arch: string },
): Promise<void> {
  const name = `pulumi-v${cliVersion}-${options.os}-${options.arch}.tar.gz`;
  const archive = path.join(directory, name);
  await fetchTo(`${options.base}/${name}`, archive);
  await verify(archive, name, options.base);
  const exclude = unused.map((language) => `--exclude=pulumi-language-${language}`);
  const args = ["-xzf", archive, "-C", directory, "--strip-components=1", ...exclude];
  const { code, output } = await runCommand("tar", args);
  if (code !== 0) throw new Error(`the archive cannot be unpacked: ${lastLines(output, 2)}`);
  fs.rmSync(archive);
}

async function verify(archive: string, name: string, base: string): Promise<void> {
  const list = `${archive}.checksums`;
  try {
    await fetchTo(`${base}/pulumi-${cliVersion}-checksums.txt`, list);
  } catch {
    // Not every release has the list; the transfer itself is protected by TLS.
    return;
  }
  const line = fs
    .readFileSync(list, "utf8")
    .split("\n")
    .find((entry) => entry.trim().endsWith(` ${name}`));
  fs.rmSync(list);
  const expected = line?.trim().split(/\s+/)[0];
  if (expected === undefined) return;
  const actual = crypto.createHash("sha256").update(fs.readFileSync(archive)).digest("hex");
  if (actual !== expected) {
    throw new Error(`the checksum of ${name} is ${actual}, published is ${expected}`);
  }
}

/** Fetches a file, following redirects; gives up early where there is no connection. */
function fetchTo(url: string, file: string, redirects = 5): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? https : http).get(url, (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location && redirects > 0) {
        response.resume();
        const next = new URL(headers.location, url).href;
        return resolve(fetchTo(next, file, redirects - 1));
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
      socket.once(url.startsWith("https:") ? "secureConnect" : "connect", connected);
    });
    request.on("close", connected);
    request.setTimeout(stallMs, () => request.destroy(new Error(`${url} stands still`)));
    request.on("error", (error) => reject(new Error(`${url}: ${error.message}`)));
  });
}

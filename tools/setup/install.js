// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { spawn } = require("node:child_process");
const { withLock } = require("../../packages/local-cloud/ground/lock.js");

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage */

/**
 * Why the installed packages are not those of package-lock.json; undefined when they are. npm
 * writes `node_modules/.package-lock.json` at the end of an install, so an install that was cut
 * off counts as missing.
 * @param {string} root
 * @returns {string | undefined}
 */
function staleReason(root) {
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  if (!wanted) throw new Error(`${path.join(root, "package-lock.json")} is missing or unreadable`);
  const installed = packagesOf(path.join(root, "node_modules", ".package-lock.json"));
  if (!installed) return "node_modules is missing or incomplete";
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === "" || entry.link) continue;
    const found = installed[name];
    if (!found) {
      // Packages for other systems are in the lock file and never installed.
      if (entry.optional) continue;
      return `${name} is not installed`;
    }
    if (found.version !== entry.version) {
      return `${name} is ${found.version}, package-lock.json wants ${entry.version}`;
    }
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Installs the packages when they are missing or not those of package-lock.json. Refuses with one
 * error that holds npm's own last words.
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function ensureInstalled(root, say) {
  if (staleReason(root) === undefined) return;
  await withLock(
    path.join(root, ".berth", "install.lock"),
    async () => {
      const reason = staleReason(root);
      if (reason === undefined) return;
      say(`installing packages (${reason})`);
      const started = Date.now();
      const elapsed = () => `${Math.round((Date.now() - started) / 1000)}s`;
      const tick = setInterval(() => say(`installing packages, ${elapsed()}`), 15_000);
      try {
        await npmCi(root);
      } finally {
        clearInterval(tick);
      }
      say(`installed packages in ${elapsed()}`);
    },
    (pid) => say(`process ${pid} is installing packages here; waiting for it`),
  );
}

/** @param {string} root */
function npmCi(root) {
  // Under `npm run`, npm says which npm that is; its settings for this run must not reach the
  // install (`npm run --silent` would hide why it fails).
  const cli = process.env["npm_execpath"];
  const [command, first] = cli?.endsWith(".js") ? [process.execPath, [cli]] : ["npm", []];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== "npm_config_loglevel"),
  );
  const args = [...first, "ci", "--loglevel=error", "--no-progress"];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (/** @type {Buffer} */ data) => (output += data));
    child.stderr.on("data", (/** @type {Buffer} */ data) => (output += data));
    child.on("error", (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) return resolve(undefined);
      const lines = output.trim().split("\n").slice(-15).join("\n");
      reject(new Error(`npm ci failed (exit ${code}):\n${lines}`));
    });
  });
}

module.exports = { ensureInstalled, staleReason };

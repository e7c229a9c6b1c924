// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { execFileSync } = require("node:child_process");

/**
 * A process that holds something: its id and when it started, so that a later process that was
 * given the same id is not taken for it.
 * @typedef {{ pid: number, started: string }} Holder
 */

/**
 * When a process started, in the system's own words; undefined when there is no such process.
 * @param {number} pid
 * @returns {string | undefined}
 */
function startOf(pid) {
  try {
    if (process.platform === "linux") {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in parentheses may hold spaces; field 3 (state) follows the last one, field 22
      // is the start in clock ticks since boot. A zombie has ended.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    const line = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return line.trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * This process, or another one by its id, as a holder.
 * @param {number} [pid]
 * @returns {Holder}
 */
function holder(pid = process.pid) {
  return { pid, started: startOf(pid) ?? "" };
}

/**
 * Whether the very process that was recorded still runs.
 * @param {Holder} recorded
 * @returns {boolean}
 */
function isRunning(recorded) {
  const started = startOf(recorded.pid);
  return started !== undefined && started === recorded.started;
}

/**
 * Runs `work` while no other process runs under the same lock file. A lock whose process has
 * ended is taken over, so a killed run never blocks the next one.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [onWait] told once, with the process that is waited for
 * @returns {Promise<T>}
 */
async function withLock(file, work, onWait) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  while (!acquire(file)) {
    const other = read(file);
    if (other && !told) {
      told = true;
      onWait?.(other.pid);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** @param {string} file */
function acquire(file) {
  if (create(file)) return true;
  const other = read(file);
  if (other && isRunning(other)) return false;
  // One process at a time may clear a stale lock: otherwise a slow one could remove the lock that
  // a quick one has just taken. The guard itself is held for moments only; an old one is debris.
  const guard = `${file}.clearing`;
  if (!create(guard)) {
    if (ageMs(guard) > 5000) fs.rmSync(guard, { force: true });
    return false;
  }
  try {
    const still = read(file);
    if (still ? !isRunning(still) : ageMs(file) > 1000) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(guard, { force: true });
  }
  return create(file);
}

/** @param {string} file */
function create(file) {
  // A link appears whole or not at all, so nobody ever reads a lock without its owner.
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    fs.writeFileSync(draft, JSON.stringify(holder()));
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function ageMs(file) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

module.exports = { holder, isRunning, withLock };

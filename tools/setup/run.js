// @ts-check
"use strict";

/*
 * The entry of the npm scripts: `node tools/setup/run.js <module> [arguments]`. Plain JavaScript
 * without dependencies, because in a fresh clone it runs before there is any node_modules. It
 * installs when needed and hands over to the module's `main(arguments)`, which resolves to the
 * exit code.
 */

const path = require("node:path");
const { ensureInstalled } = require("./install.js");

const root = path.resolve(__dirname, "..", "..");
const oldestNode = [20, 19];

/**
 * What a module is known to load, by its name: loaded before tsx, which would look into each of their two
 * hundred files. Saves `berth` a seventh of its start.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const loadedFirst = {
  "operations/berth": [
    ...["zod", "yaml", "@aws-sdk/client-iam", "@aws-sdk/client-s3"],
    ...["@aws-sdk/credential-provider-node", "@aws-sdk/s3-request-presigner"],
  ],
};

/** @param {string} line */
function say(line) {
  // Not stdout: that belongs to the command that is run (`npm run -s local -- pulumi … --json`).
  process.stderr.write(`berth: ${line}\n`);
}

/** @param {string[]} argv */
async function run([target, ...rest]) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantMajor = 0, wantMinor = 0] = oldestNode;
  if (major < wantMajor || (major === wantMajor && minor < wantMinor)) {
    throw new Error(`Node ${oldestNode.join(".")} or newer is needed; this is ${process.version}`);
  }
  if (!target) throw new Error("usage: node tools/setup/run.js <module> [arguments]");
  await ensureInstalled(root, say);
  // Nine lines about Node 20, which the README has in one, would stand before every answer of a command that asks AWS.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  for (const name of loadedFirst[target] ?? []) require(name);
  // By name at run time: the package has no types, and in a fresh clone is not there to look at.
  const typescript = "tsx/cjs";
  require(typescript);
  /** @type {{ main: (argv: string[]) => Promise<number> }} */
  const module = require(path.resolve(root, target));
  return module.main(rest);
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);

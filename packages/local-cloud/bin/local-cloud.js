#!/usr/bin/env node
// @ts-check
"use strict";

// By name at run time: the package has no types.
const typescript = "tsx/cjs";
require(typescript);
/** @type {{ main: (argv: string[]) => Promise<number> }} */
const command = require("../command");

command.main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`local-cloud: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  },
);

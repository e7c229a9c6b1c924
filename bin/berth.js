#!/usr/bin/env node
// @ts-check
"use strict";

/*
 * `npx berth <command>` in a clone: what `npm run berth -- <command>` is, as people type it. Installs
 * when needed.
 */
process.argv.splice(2, 0, "operations/berth");
require("../tools/setup/run.js");

/** `berth` as a process of its own, on a given project: `run-berth.ts <directory> [arguments]`. */

import { berth, contextOf } from "../../operations/berth";

const [directory = "", ...argv] = process.argv.slice(2);
void berth(contextOf(directory, process.env), argv).then((code) => {
  process.exitCode = code;
});

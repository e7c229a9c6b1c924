/** `node --import tsx as-person.ts DIRECTORY COMMAND...`: a command of the person's in a clone elsewhere, in a program of its own. */

import { berth, contextOf } from "../../../operations/berth";

const [directory, ...command] = process.argv.slice(2);
const context = contextOf(directory!, process.env);
void berth({ ...context, published: () => Promise.resolve(undefined) }, command).then((code) => {
  process.exitCode = code;
});

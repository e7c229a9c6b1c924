import { policies } from "../index";
import { description, name, version } from "../package.json";
import { servePack } from "./analyzer";

/** Milliseconds between looks at who the parent is. */
const watchMs = 2_000;

/** Serves the pack and says where, on the first line of stdout: the engine waits for it. */
export async function main(): Promise<void> {
  const engine = process.ppid;
  const port = await servePack({ name, version, description, policies });
  process.stdout.write(`${port}\n`);
  // An engine that is killed cannot end its plugins; nobody would ever ask this one again.
  setInterval(() => process.ppid === engine || process.exit(0), watchMs).unref();
}

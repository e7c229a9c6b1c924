import { policies } from "../index";
import { description, name, version } from "../package.json";
import { servePack } from "./analyzer";

/** Serves the pack and says where, on the first line of stdout: the engine waits for it. */
export async function main(): Promise<void> {
  const port = await servePack({ name, version, description, policies });
  process.stdout.write(`${port}\n`);
}

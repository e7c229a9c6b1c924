import { thisComputer } from "../../ground/computer";
import { openStore } from "../../s3";
import { root } from "./store-ground";

/** Opens the store of a directory, has its servers start, closes it and says so, in a process that does nothing else. */
async function main(directory: string): Promise<void> {
  const computer = thisComputer();
  const [authority, objects] = [`${directory}/edge`, `${directory}/s3`];
  const store = await openStore({ computer, directory: objects, authority, root });
  await store.account.buckets.create("archives", "us-east-1");
  await store.listen();
  await store.close();
  console.log("closed");
}
void main(process.argv[2]!);

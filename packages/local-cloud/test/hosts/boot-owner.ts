/**
 * A program that owns booted hosts, to be killed by tests: `boot-owner.ts <state directory> <n>`
 * creates n hosts at once, prints `created` when they boot, and waits. With n = `template` it builds
 * the template instead, telling its progress.
 */

import { thisComputer } from "../../ground/computer";
import { ensureTemplate, layoutOf, openMachines } from "../../hosts";
import { cloudName } from "./boot-ground";

async function main(): Promise<void> {
  const [state, count] = process.argv.slice(2);
  if (!state || !count) throw new Error("usage: boot-owner.ts <state directory> <n>|template");
  if (count === "template") {
    await ensureTemplate({ ...thisComputer(), cache: state }, (message) => console.log(message));
    return;
  }
  const machines = await openMachines(
    layoutOf(state, cloudName),
    await ensureTemplate(thisComputer()),
  );
  console.log("opened");
  const numbers = Array.from({ length: Number(count) }, (_, n) => n);
  await Promise.all(
    numbers.map((n) =>
      machines.create({
        id: `host-${n}`,
        name: `host-${n}`,
        address: machines.addressAt(n),
        cloud: "scaleway",
        login: "root",
      }),
    ),
  );
  console.log("created");
  setInterval(() => undefined, 60_000);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

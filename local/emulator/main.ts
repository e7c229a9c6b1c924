import * as fs from "node:fs";
import * as path from "node:path";

import { serveVault } from "../cloud/vault";
import { providers } from "../providers";
import { seedExisting } from "../providers/existing";
import { Clock } from "./clock";
import { serveControl } from "./control";
import { Faults } from "./faults";
import { recordedMachines } from "./machines";
import { serve } from "./server";
import { World } from "./world";

/**
 * The local cloud's process: `main.ts --state <directory>`. Serves every emulated provider, and
 * when all listen writes `<directory>/cloud.json` with pid and ports. Ends on SIGTERM or SIGINT.
 */
async function main(): Promise<void> {
  const flag = process.argv.indexOf("--state");
  const directory = flag < 0 ? undefined : process.argv[flag + 1];
  if (!directory) throw new Error("usage: main.ts --state <directory>");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });

  const clock = new Clock();
  const faults = new Faults();
  const world = new World(path.join(directory, "world"));
  const cloud = { world, faults, machines: recordedMachines, now: () => clock.now() };
  const served = await Promise.all(
    providers.map(async (provider) => ({ name: provider.name, ...(await serve(provider, cloud)) })),
  );
  const control = await serveControl({
    world,
    faults,
    clock,
    putExisting: (existing) => seedExisting(cloud, existing),
  });
  const vault = await serveVault(directory);

  const file = path.join(directory, "cloud.json");
  const card = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    ports: Object.fromEntries(served.map(({ name, port }) => [name, port])),
    control: control.port,
    vault: vault.port,
  };
  fs.writeFileSync(`${file}.new`, JSON.stringify(card));
  fs.renameSync(`${file}.new`, file);

  const stop = () => {
    void Promise.all([...served.map(({ stop }) => stop()), control.stop(), vault.stop()]).then(
      () => {
        fs.rmSync(file, { force: true });
        process.exit(0);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

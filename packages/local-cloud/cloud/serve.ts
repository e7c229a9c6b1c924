import * as fs from "node:fs";
import * as path from "node:path";

import { Clock } from "../emulator/clock";
import { serveControl } from "../emulator/control";
import { Faults } from "../emulator/faults";
import { serve } from "../emulator/server";
import { World } from "../emulator/world";
import { discard, order } from "../providers/by-hand";
import { seedExisting } from "../providers/existing";
import { serveScalewayApi } from "../providers/scaleway/api";
import { writeWhole } from "../ground/whole-file";
import { serveAgent } from "./agent";
import { parseMachineKind } from "./machine-kind";
import { openBehind } from "./behind";
import { cloudPathsIn } from "./paths";
import { serveVault } from "./vault";

/**
 * The local cloud's process: `serve.ts --state <directory> --machines <kind>`. Serves every emulated
 * provider, and when all listen writes `<directory>/cloud.json` with pid and ports. Ends on SIGTERM
 * or SIGINT; machines that booted run on.
 */
async function main(): Promise<void> {
  const directory = flag("--state");
  const kind = parseMachineKind(flag("--machines"));
  if (!directory || !kind) throw new Error("usage: serve.ts --state <directory> --machines <kind>");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });

  const clock = new Clock();
  const faults = new Faults();
  const world = new World(path.join(directory, "world"));
  const behind = await openBehind(kind, directory, world);
  const cloud = { world, faults, machines: behind.machines, now: () => clock.now() };
  const served = await Promise.all(
    behind.providers.map(async (provider) => ({
      name: provider.name,
      ...(await serve(provider, cloud)),
    })),
  );
  const control = await serveControl({
    world,
    faults,
    clock,
    putExisting: (existing) => seedExisting(cloud, existing),
    order: (type, inputs, name) => order(cloud, type, inputs, name),
    discard: (type, id) => discard(cloud, type, id),
  });
  const scaleway = await serveScalewayApi(world);
  const vault = await serveVault(directory);
  const agent = await serveAgent(cloudPathsIn(directory));

  const file = path.join(directory, "cloud.json");
  const card = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    machines: kind,
    ports: Object.fromEntries(served.map(({ name, port }) => [name, port])),
    control: control.port,
    scalewayApi: scaleway.port,
    vault: vault.port,
    agent: agent.socket,
  };
  writeWhole(file, JSON.stringify(card));

  const stop = () => {
    const doors = [...served, control, scaleway, vault, agent];
    void Promise.all(doors.map((door) => door.stop()))
      .then(() => behind.close())
      .then(() => {
        fs.rmSync(file, { force: true });
        process.exit(0);
      });
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function flag(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index < 0 ? undefined : process.argv[index + 1];
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

import * as fs from "node:fs";
import * as path from "node:path";

import { Clock } from "../emulator/clock";
import { serveControl } from "../emulator/control";
import { Faults } from "../emulator/faults";
import { serve } from "../emulator/server";
import { World } from "../emulator/world";
import { discard, order } from "../providers/by-hand";
import { seedExisting } from "../providers/existing";
import { serveCloudflareApi } from "../providers/cloudflare/http-api";
import { serveScalewayApi } from "../providers/scaleway/api";
import type { Computer } from "../ground/computer";
import { serveServices } from "../services";
import { writeWhole } from "../ground/whole-file";
import { serveAgent } from "./agent";
import type { CloudCard } from "./card";
import type { MachineKind } from "./machine-kind";
import { openBehind } from "./behind";
import { cloudPathsIn } from "./paths";
import { loadedSources } from "./sources";
import { serveVault } from "./vault";

/** What a local cloud's process is started with, as JSON in its one argument. */
export interface ServeOptions {
  readonly directory: string;
  readonly name: string;
  readonly machines: MachineKind;
  readonly computer: Computer;
}

/**
 * The local cloud's process. Serves every emulated provider, and when all listen writes
 * `<directory>/cloud.json` with pid, ports and what it runs. Ends on SIGTERM or SIGINT, and
 * the edge with it; machines that booted run on.
 */
async function main(argument: string | undefined): Promise<void> {
  if (argument === undefined) throw new Error("started by hand: its options are missing");
  const { name, machines: kind, computer, ...options } = JSON.parse(argument) as ServeOptions;
  const paths = cloudPathsIn(options.directory, name);
  const { directory } = paths;
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });

  const clock = new Clock();
  const faults = new Faults();
  const world = new World(path.join(directory, "world"));
  const behind = await openBehind(kind, paths, computer, world);
  const cloud = {
    ...{ world, faults, machines: behind.machines, now: () => clock.now() },
    ...(behind.account ? { account: behind.account.account } : {}),
  };
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
  const cloudflare = await serveCloudflareApi(world);
  const services = await serveServices(world);
  const vault = await serveVault(directory);
  const agent = await serveAgent(paths);

  const card: CloudCard = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    machines: kind,
    ports: Object.fromEntries(served.map(({ name, port }) => [name, port])),
    control: control.port,
    scalewayApi: scaleway.port,
    cloudflareApi: cloudflare.port,
    services: services.card,
    vault: vault.port,
    agent: agent.socket,
    ...(behind.account ? { account: behind.account.card } : {}),
    ...(behind.edge ? { edge: behind.edge } : {}),
    sources: loadedSources(),
  };
  writeWhole(paths.card, JSON.stringify(card));

  const stop = () => {
    const doors = [...served, control, scaleway, cloudflare, services, vault, agent];
    void Promise.all(doors.map((door) => door.stop()))
      .then(() => behind.close())
      .then(() => {
        fs.rmSync(paths.card, { force: true });
        process.exit(0);
      });
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

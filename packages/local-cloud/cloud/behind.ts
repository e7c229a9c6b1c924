import { useRange } from "../emulator/addresses";
import type { Provider } from "../emulator/handler";
import { recordedMachines, type Machines } from "../emulator/machines";
import type { World } from "../emulator/world";
import { authorityFile } from "../edge/authority";
import { openEdge } from "../edge/edge";
import { serveNames, type NameServer } from "../edge/name-server";
import { zonesOf } from "../edge/zones";
import { ensureTemplate, forEmulators, layoutOf, openMachines, type Layout } from "../hosts";
import { nameServersIn, resolverConfiguration } from "../hosts/network";
import { forgeService } from "../forge";
import { imageService } from "../images";
import { providers } from "../providers";
import { commandOver } from "../providers/command";
import { shellOfRecords } from "../providers/command/recorded-shell";
import { sshShell } from "../providers/command/ssh-shell";
import type { EdgeCard } from "./card";
import type { MachineKind } from "./machine-kind";
import type { CloudPaths } from "./paths";
import type { Computer } from "../ground/computer";

/** What stands behind the servers of one local cloud. */
export interface Behind {
  readonly machines: Machines;
  /** Every provider; `command` finds its way to these machines. */
  readonly providers: readonly Provider[];
  /** What stands before proxied names, where machines boot. */
  readonly edge?: EdgeCard;
  /** Lets go of the machines, of which those that booted run on, and ends the edge. */
  close(): Promise<void>;
}

/** Opens the machines of the cloud of these paths; those lost in a crash are started again. */
export async function openBehind(
  kind: MachineKind,
  paths: CloudPaths,
  computer: Computer,
  world: World,
): Promise<Behind> {
  if (kind === "recorded") {
    const command = commandOver(shellOfRecords(world, sshShell));
    return {
      machines: recordedMachines,
      providers: providers.map((provider) => (provider.name === "command" ? command : provider)),
      close: () => Promise.resolve(),
    };
  }
  const layout = layoutOf(paths.directory, paths.name);
  useRange(world, layout.range);
  let names: NameServer | undefined;
  // Built already: the command that started this process did so, with progress.
  const machines = await openMachines(layout, await ensureTemplate(computer, console.log), {
    serveNames: async (gateway) => (names = await namesOf(world, layout, gateway)),
    services: [imageService(computer), forgeService(paths.repositories)],
  });
  await machines.restartLost();
  const edge = names && (await standBefore(paths, layout, names, world));
  return {
    machines: forEmulators(machines, { docker: kind === "booted" }),
    providers,
    ...(edge ? { edge: edge.card } : {}),
    close: async () => {
      await edge?.close();
      await names?.close();
      await machines.close();
    },
  };
}

async function namesOf(world: World, layout: Layout, gateway: string): Promise<NameServer> {
  return serveNames(gateway, 0, {
    names: () => ({ zones: zonesOf(world), edge: layout.edge }),
    upstream: nameServersIn(await resolverConfiguration()),
  });
}

/** The edge; where it cannot serve, the rest of the cloud does, and the card says why it does not. */
async function standBefore(
  paths: CloudPaths,
  layout: Layout,
  { address, port }: NameServer,
  world: World,
): Promise<{ card: EdgeCard; close(): Promise<void> }> {
  const nameServer = { address, port };
  const options = { directory: paths.edge, address: layout.edge, nameServer, world };
  const card = {
    address: layout.edge,
    authority: authorityFile(paths.edge),
    names: nameServer,
  };
  try {
    const edge = await openEdge(options);
    return { card, close: () => edge.close() };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    console.error(`no edge: ${problem}`);
    return { card: { ...card, problem }, close: () => Promise.resolve() };
  }
}

import { useRange } from "../emulator/addresses";
import type { Provider } from "../emulator/handler";
import { recordedMachines, type Machines } from "../emulator/machines";
import type { World } from "../emulator/world";
import { ensureTemplate, forEmulators, layoutOf, openMachines } from "../hosts";
import { providers } from "../providers";
import { commandOver } from "../providers/command";
import { shellOfRecords } from "../providers/command/recorded-shell";
import { sshShell } from "../providers/command/ssh-shell";
import type { MachineKind } from "./machine-kind";
import type { CloudPaths } from "./paths";
import type { Computer } from "../ground/computer";

/** What stands behind the servers of one local cloud. */
export interface Behind {
  readonly machines: Machines;
  /** Every provider; `command` finds its way to these machines. */
  readonly providers: readonly Provider[];
  /** Lets go of the machines; those that booted run on. */
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
  // Built already: the command that started this process did so, with progress.
  const machines = await openMachines(layout, await ensureTemplate(computer, console.log));
  await machines.restartLost();
  return {
    machines: forEmulators(machines, { docker: kind === "booted" }),
    providers,
    close: () => machines.close(),
  };
}

import { recordedMachines, type Machines } from "../../emulator/machines";

/** What happened to machines, call by call. */
export type MachineCall = readonly [operation: string, ...rest: unknown[]];

/** Recorded machines that note every change made to them in `calls`. */
export function notedMachines(calls: MachineCall[]): Machines {
  const note =
    (operation: string) =>
    (...rest: unknown[]) => {
      calls.push([operation, ...rest]);
      return Promise.resolve();
    };
  return {
    ...recordedMachines,
    create: note("create"),
    stop: note("stop"),
    start: note("start"),
    address: note("address"),
    snapshot: note("snapshot"),
    delete: note("delete"),
    firewall: note("firewall"),
  };
}

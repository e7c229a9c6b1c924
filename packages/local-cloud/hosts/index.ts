/** Hosts that boot on this machine, for the emulated clouds (and anyone else) to call. */

export { openMachines, type MachinesOptions } from "./booted";
export { clearHosts } from "./clear";
export { mark } from "./supervisor";
export { anywhere, type Firewall, type FirewallRule } from "./firewall";
export { type EmulatedOptions, forEmulators } from "./for-emulators";
export { freeDirectory } from "./free-state";
export { addressAt, layoutOf, type Layout } from "./layout";
export type { Machines, Milestone } from "./machine";
export type { Finished } from "./process";
export { machineSettings } from "./network";
export type { GatewayService } from "./service";
export { type Bootable, canBoot, installCommand, type Progress } from "./requirements";
export type {
  HostCloud,
  HostReport,
  HostSpec,
  HostStatus,
  InitialLogin,
  PublicMetadata,
  Seed,
} from "./spec";
export { builtTemplate, ensureTemplate, type Template } from "./template";

import type { MachineKind } from "./machine-kind";
import type { Sources } from "./sources";

/** A local cloud that serves: what its process writes into `cloud.json`. */
export interface CloudCard {
  readonly pid: number;
  readonly startedAt: string;
  readonly machines: MachineKind;
  /** Loopback port by emulated provider. */
  readonly ports: Readonly<Record<string, number>>;
  /** Loopback port of the control door. */
  readonly control: number;
  /** Loopback port of Scaleway's HTTP API, which the program asks itself. */
  readonly scalewayApi: number;
  /** Loopback port of the vault that encrypts secrets in the state. */
  readonly vault: number;
  /** Socket of the cloud's own ssh-agent. */
  readonly agent: string;
  /** The code that its process runs. */
  readonly sources: Sources;
}

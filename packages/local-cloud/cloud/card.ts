import type { MachineKind } from "./machine-kind";
import type { ServicesCard } from "../services";
import type { Sources } from "./sources";

/** How the cloud's names are found and visited. */
export interface EdgeCard {
  /** Where visitors of proxied names come in: ports 443 and 80 of an address of this computer. */
  readonly address: string;
  /** The certificate of the authority that visitors trust: a file that `curl --cacert` takes. */
  readonly authority: string;
  /** The name server that answers for the cloud's zones, over UDP and TCP, at port 53 too. */
  readonly names: { readonly address: string; readonly port: number };
  /** Why nobody serves at `address`; absent where somebody does. */
  readonly problem?: string;
}

/** Where the account at AWS is, for clients that are told its endpoint. */
export interface AccountCard {
  /** `https://127.0.0.1:<port>`: S3, IAM and STS. */
  readonly endpoint: string;
  /** The certificate of the authority that it is trusted by: a file that AWS_CA_BUNDLE takes. */
  readonly authority: string;
}

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
  /** Loopback port of Cloudflare's HTTP API, which a command asks itself. */
  readonly cloudflareApi: number;
  /** Slack, Sentry and Jenkins. */
  readonly services: ServicesCard;
  /** Loopback port of the vault that encrypts secrets in the state. */
  readonly vault: number;
  /** Socket of the cloud's own ssh-agent. */
  readonly agent: string;
  /** What stands before its proxied names; absent where machines are records. */
  readonly edge?: EdgeCard;
  /** Its account at AWS; absent where buckets and keys are records. */
  readonly account?: AccountCard;
  /** The code that its process runs. */
  readonly sources: Sources;
}

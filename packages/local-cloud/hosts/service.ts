/** What further things of this computer's hosts find at their gateway's address. */

import type { BootFile } from "./first-boot";

/** A service for every host of a cloud, over TCP. */
export interface GatewayService {
  /** Where hosts find it at the gateway's address. */
  readonly port: number;
  /** Starts it there; the port that it takes is free to choose. */
  serve(gateway: string): Promise<{ readonly port: number }>;
  /** What the cloud's images bring so that a host finds it. */
  files(gateway: string): readonly BootFile[];
  /** Names that a host's own list has at the gateway's address. */
  readonly names?: readonly string[];
  /** The authority (a certificate in PEM) that a host trusts for it; asked once it serves. */
  authority?(): string;
  close(): Promise<void>;
}

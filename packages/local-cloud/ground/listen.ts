/** HTTP services of this computer's own, at ports that are free to choose. */

import { createServer, type RequestListener, type Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A service that is listening. */
export interface Listening {
  readonly port: number;
  /** Ends it, with the connections that are open. */
  close(): Promise<void>;
}

/** Listens at a free port of an address. The service alone keeps no program alive. */
export function listenAt(address: string, listener: RequestListener): Promise<Listening> {
  return listening(createServer(listener), address);
}

/** As `listenAt`, for a server that is made already. Its end is waited for, whatever else keeps the program alive. `port`: the one to listen at. */
export async function listening(
  server: HttpServer | HttpsServer,
  address: string,
  port = 0,
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.ref();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

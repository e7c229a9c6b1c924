import { existsSync, readdirSync } from "node:fs";
import type { Listening } from "../ground/listen";
import type { GatewayService } from "../hosts";
import { forgePort, gitConfiguration } from "./address";
import { serveForge } from "./serve";

/**
 * The repositories of a directory as a service of a cloud's machines: `host/owner/name.git` in it is what a
 * machine's git gets for that address, because its cloud's image says so in /etc/gitconfig.
 */
export function forgeService(directory: string): GatewayService {
  let forge: Listening | undefined;
  return {
    port: forgePort,
    serve: async (gateway) => (forge = await serveForge(gateway, directory)),
    files: (gateway) => {
      const hosts = existsSync(directory) ? readdirSync(directory) : [];
      return [{ path: "etc/gitconfig", content: gitConfiguration(gateway, hosts), mode: 0o644 }];
    },
    close: async () => forge?.close(),
  };
}

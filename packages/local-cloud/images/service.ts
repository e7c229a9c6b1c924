import type { Computer } from "../ground/computer";
import type { Listening } from "../ground/listen";
import type { GatewayService } from "../hosts";
import { ensureImages, type Images } from "./build";
import { dockerConfiguration, registryPort, serveRegistry } from "./registry";

/**
 * The images as a service of a cloud's machines: they are built when the first machine asks for one, if
 * nobody had them built before, and a machine's Docker finds them because its cloud's image says where.
 */
export function imageService(computer: Computer): GatewayService {
  let registry: Listening | undefined;
  let building: Promise<Images> | undefined;
  // One build for all who ask meanwhile; one that failed is tried again by the next.
  const images = () =>
    (building ??= ensureImages(computer, console.log).finally(() => (building = undefined)));
  return {
    port: registryPort,
    serve: async (gateway) => (registry = await serveRegistry(gateway, images)),
    files: (gateway) => [
      { path: "etc/docker/daemon.json", content: dockerConfiguration(gateway), mode: 0o644 },
    ],
    close: async () => registry?.close(),
  };
}

import type { Provider } from "../../emulator/handler";
import { resource } from "../../emulator/resource";
import { droplet } from "./droplet";
import { firewall } from "./firewall";

/** DigitalOcean as @pulumi/digitalocean 4.80.1 shows it. */
export const digitalocean: Provider = {
  name: "digitalocean",
  version: "4.80.1",
  resources: [resource(droplet), resource(firewall)],
  capabilities: { supportsPreview: true, acceptSecrets: true, supportsAutonaming: true },
  secretConfig: ["token", "spacesAccessId", "spacesSecretKey"],
};

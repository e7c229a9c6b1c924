import type { Provider } from "../../emulator/handler";
import { droplet } from "./droplet";
import { firewall } from "./firewall";
import { invokes } from "./invokes";
import { project } from "./project";
import { reservedIp } from "./reserved-ip";
import { reservedIpAssignment } from "./reserved-ip-assignment";
import { dropletSnapshot } from "./snapshot";
import { sshKey } from "./ssh-key";

/** DigitalOcean as @pulumi/digitalocean 4.80.1 shows it. */
export const digitalocean: Provider = {
  name: "digitalocean",
  version: "4.80.1",
  resources: [
    droplet,
    dropletSnapshot,
    firewall,
    project,
    reservedIp,
    reservedIpAssignment,
    sshKey,
  ],
  invokes,
  capabilities: { supportsPreview: true, acceptSecrets: false, supportsAutonaming: true },
  secretConfig: ["token", "spacesAccessId", "spacesSecretKey"],
};

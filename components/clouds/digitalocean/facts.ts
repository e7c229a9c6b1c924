import type { CloudFacts } from "../describe";
import { prices } from "./sizes";

/** DigitalOcean: Droplets. */
export const digitalocean: CloudFacts = {
  label: "DigitalOcean",
  image: "ubuntu-26-04-x64",
  login: "root",
  id: { pattern: /^\d+$/, allowed: "a number in quotes", beginsWithPlace: false },
  region: { pattern: /^[a-z]{3}\d$/, allowed: "such as tor1" },
  canadian: ["tor1"],
  offers: [],
  prices,
  machine: {
    types: ["digitalocean:index/droplet:Droplet"],
    size: ["size"],
    place: ["region"],
    disk: ["disk"],
    growsBy: "resizeDisk",
    restarts: ["size", "resizeDisk"],
  },
  beside: [],
  firewall: "digitalocean:index/firewall:Firewall",
  openings: [
    {
      types: /^digitalocean:index\/firewall:/,
      rules: "inboundRules",
      port: ["portRange"],
      protocol: "protocol",
      networks: ["sourceAddresses"],
      machines: ["sourceDropletIds", "sourceTags", "sourceLoadBalancerUids", "sourceKubernetesIds"],
    },
    {
      types: /^digitalocean:index\/loadBalancer:/,
      rules: "forwardingRules",
      port: ["entryPort"],
      networks: [],
    },
  ],
  // The provider was measured to wait 30 s for a resize (off, resize, on) and 10 to 13 s for a new
  // Droplet, against an API that answers at once; the cloud's own work and the boot come on top.
  minutes: { restart: [1, 4], replacement: [5, 15] },
  console: { address: "https://cloud.digitalocean.com", team: "DigitalOcean team" },
  credentials: ["DIGITALOCEAN_", "SPACES_"],
};

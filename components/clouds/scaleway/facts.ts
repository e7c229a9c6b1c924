import type { CloudFacts } from "../describe";
import { prices } from "./sizes";

/** Scaleway: Instances. */
export const scaleway: CloudFacts = {
  label: "Scaleway",
  image: "ubuntu_resolute",
  login: "root",
  id: {
    pattern: /^[a-z]{2}-[a-z]{3}-\d\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    allowed: "zone/uuid, such as fr-par-1/11111111-1111-1111-1111-111111111111",
    beginsWithPlace: true,
  },
  region: { pattern: /^[a-z]{2}-[a-z]{3}-\d$/, allowed: "such as fr-par-1" },
  canadian: [],
  offers: [],
  prices,
  machine: {
    types: ["scaleway:instance/server:Server", "scaleway:index/instanceServer:InstanceServer"],
    size: ["type"],
    place: ["zone"],
    disk: ["rootVolume", "sizeInGb"],
    growsBy: undefined,
    restarts: ["type", "state"],
  },
  beside: ["scaleway:instance/ip:Ip"],
  firewall: "scaleway:instance/securityGroup:SecurityGroup",
  openings: [
    {
      types: /^scaleway:(instance|index)\/(instanceS|s)ecurityGroup(Rules)?:/,
      wide: { inboundDefaultPolicy: "accept" },
      rules: "inboundRules",
      shut: { action: "drop" },
      port: ["portRange", "port"],
      protocol: "protocol",
      networks: ["ipRange", "ip"],
    },
    {
      types: /^scaleway:(loadbalancers|index)\/(loadbalancerF|f)rontend:/,
      port: ["inboundPort"],
      networks: [],
    },
  ],
  // The provider was measured to poll every 5 s, against an API that answers at once.
  minutes: { restart: [1, 4], replacement: [5, 15] },
  console: { address: "https://console.scaleway.com", team: "Scaleway organization" },
  credentials: ["SCW_"],
};

import { change, foreign, type Evasion } from "./evasion";

/** A node that says it is of another environment than its stack. */
const misnamed: Evasion = [
  "a node that calls itself stage",
  "serve-the-declared-environment",
  change("shop", { environment: "stage" }),
];

/** Machines and programs that no rule placed. */
export const machines: readonly Evasion[] = [
  misnamed,
  foreign("a cluster", "digitalocean:index/kubernetesCluster:KubernetesCluster"),
  foreign("a group that makes servers", "aws:autoscaling/group:Group"),
  foreign("bare metal", "scaleway:elasticmetal/server:Server"),
  foreign("a server of another cloud", "hcloud:index/server:Server"),
  foreign("a program on the deployer's machine", "command:local:Command", { create: "id" }),
  foreign("a provider written into the program", "pulumi-nodejs:dynamic:Resource"),
  foreign("a component that nobody knows", "acme:index:Helper"),
  [
    "a droplet outside every node",
    "create-servers-where-placed",
    (stack) => void stack.add("digitalocean:index/droplet:Droplet", "other", { region: "tor1" }),
  ],
];

/** Outputs of one stack as earlier programs left them, taken from their states. */

const kmc = {
  access: ["clark", "maria"],
  direct: "kmc-direct.countable.ca",
  node: "kmc",
  origin: "kmc-origin.countable.ca",
  primary: "kmc.countable.ca",
  servedBy: "prod",
};

const machine = {
  account: "berth",
  address: "10.77.0.22",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrrSLdVYZg/mVO9FCjy7ldFMqOR94lwkSiORtevqIZD",
  login: "root",
  monthlyCost: {
    address: 0,
    asOf: "2026-11-21",
    currency: "USD",
    disk: 0,
    machine: 24,
    total: 24,
  },
  projects: ["kmc"],
  provider: "digitalocean",
  reason: "Its data must stay in Canada: DigitalOcean, Toronto.",
  region: "tor1",
  rule: { name: "canada", number: 3 },
  size: "s-2vcpu-4gb",
};

const records = [
  { content: "10.77.250.10", name: "kmc.countable.ca", type: "A" },
  { content: "10.77.250.10", name: "kmc-origin.countable.ca", type: "A" },
  { content: "kmc-origin.countable.ca", name: "kmc-direct.countable.ca", type: "CNAME" },
];

const backups = {
  kmc: {
    bucket: "countable-prod-backups-ca-central-1",
    prefix: "backups/kmc/",
    region: "ca-central-1",
  },
};

/** By the commit whose program wrote them. */
export const earlier = {
  ac98fb7: {
    nodes: { kmc: machine, legacy: { ...machine, adopted: "3141592" } },
    projects: { kmc: { ...kmc, records } },
    backups,
  },
  be7b2bf: {
    nodes: {
      kmc: { ...machine, environment: "prod", id: "1002" },
      old: {
        ...machine,
        environment: "prod",
        id: "1003",
        idleSince: "2026-11-20T02:07:41Z",
        released: true,
      },
    },
    projects: {
      kmc: { ...kmc, servedSince: "2026-11-29T02:07:41Z" },
      clinic: { ...kmc, records, servedBy: "none" },
    },
    backups: { kmc: { ...backups.kmc, adopted: true } },
    waivers: [
      {
        policy: "keep-other-ports-closed",
        node: "kmc",
        reason: "The client's monitoring asks on port 9100.",
        owner: "clark",
        until: "2027-01-31",
      },
    ],
    declared: { agency: { name: "countable" }, backups: null },
  },
};

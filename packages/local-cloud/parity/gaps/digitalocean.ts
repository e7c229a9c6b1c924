import type { Gap } from "../gap";

const droplet = "digitalocean:index/droplet:Droplet";
const project = "digitalocean:index/project:Project";

/** The double behind the recording made ids up; the API's own are known from elsewhere. */
const double = [
  {
    type: "digitalocean:index/firewall:Firewall",
    field: "id",
    aspect: "output",
    recorded: "text",
    emulated: "uuid",
    reason: "the double behind the recording numbered its firewalls, the API documents UUIDs.",
  },
  {
    type: project,
    field: "id",
    aspect: "output",
    recorded: "text",
    emulated: "uuid",
    reason: "the double numbered its projects; a recording of the live API (4.27.0) has a UUID.",
  },
  {
    type: project,
    field: "ownerUuid",
    aspect: "output",
    recorded: "text",
    emulated: "uuid",
    reason: "the double has an owner called o; a recording of the live API has a UUID.",
  },
  {
    type: project,
    field: "updatedAt",
    aspect: "output",
    recorded: /^"2026-11-28T/,
    emulated: '"2026-11-21T12:00:00Z"',
    reason: "the double keeps the time of the project's making when it is changed.",
  },
  {
    type: droplet,
    field: "priceHourly",
    aspect: "output",
    recorded: "0.01",
    emulated: /^\d\.\d{3,5}$/,
    reason: "the double charged one price an hour for every size; the live API's follows the size.",
  },
] as const satisfies readonly Gap[];

const older = "digitalocean-droplet-4.27.0.grpc.jsonl";
const defaults = "4.27.0 noted false as a default; 4.80.1, which is emulated, no longer does.";

/** Where an older version is on record and the emulated one is recorded to do otherwise. */
const formerVersion: readonly Gap[] = [
  {
    type: droplet,
    field: "__defaults",
    aspect: "check",
    recorded: '["backups","gracefulShutdown","ipv6","name","resizeDisk"]',
    emulated: '["name","resizeDisk"]',
    reason: defaults,
  },
  ...["backups", "gracefulShutdown", "ipv6"].map((field): Gap => ({
    type: droplet,
    field,
    aspect: "check",
    recorded: "false",
    emulated: "absent",
    reason: defaults,
    file: older,
  })),
  {
    type: project,
    field: "__defaults",
    aspect: "check",
    recorded: '["isDefault","name","purpose"]',
    emulated: '["name","purpose"]',
    reason: defaults,
  },
  {
    type: project,
    field: "isDefault",
    aspect: "check",
    recorded: "false",
    emulated: "absent",
    reason: defaults,
    file: "digitalocean-projectresources-4.27.0.grpc.jsonl",
  },
  ...["backupPolicy", "dropletAgent", "userData"].map((field): Gap => ({
    type: droplet,
    field,
    aspect: "output",
    recorded: "absent",
    emulated: "null",
    reason: "4.27.0 left out what has no value; 4.80.1 shows null.",
    file: older,
  })),
  {
    type: droplet,
    field: "publicNetworking",
    aspect: "output",
    recorded: "absent",
    emulated: "true",
    reason: "an output that 4.27.0 did not have.",
    file: older,
  },
  {
    type: droplet,
    field: "tags",
    aspect: "output",
    recorded: "[]",
    emulated: "null",
    reason: "4.27.0 showed an empty list; 4.80.1 shows null.",
    file: older,
  },
];

const partition =
  "the build that was recorded first lacks the input, which 4.80.1 has, as its SDK and the later recording show.";

/** An input that the first recorded build did not have yet. */
const formerBuild: readonly Gap[] = [
  ...(["preview", "output"] as const).map((aspect): Gap => ({
    type: droplet,
    field: "gpuPartitionMode",
    aspect,
    recorded: "absent",
    emulated: "null",
    reason: partition,
  })),
  {
    type: droplet,
    field: "(stables)",
    aspect: "diff",
    recorded: /^(?!.*gpuPartitionMode)/,
    emulated: /"gpuPartitionMode"/,
    reason: partition,
  },
];

/** Differences from DigitalOcean's recorded calls that are accepted, and why. */
export const digitaloceanGaps: readonly Gap[] = [...double, ...formerVersion, ...formerBuild];

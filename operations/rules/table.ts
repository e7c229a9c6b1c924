/** How a rule of the manual is enforced. */
export type Enforcement =
  /** Validation refuses a stack file that breaks it. */
  | { readonly by: "config error"; readonly file: string }
  /** A policy refuses a plan that breaks it. */
  | { readonly by: "policy"; readonly policy: string }
  /** A component makes it so. */
  | { readonly by: "component"; readonly file: string }
  /** A command or a pipeline does it. */
  | { readonly by: "command"; readonly file: string }
  /** Nothing a program could see. */
  | { readonly by: "people" }
  /** Nothing enforces it yet, or not all of it; it is people's work until then. */
  | { readonly by: "not built yet" };

/** A rule of the manual. */
export interface Rule {
  readonly number: number;
  readonly what: string;
  readonly enforced: readonly Enforcement[];
}

const config = (name: string): Enforcement => ({
  by: "config error",
  file: `components/spec/${name}.ts`,
});
const policy = (name: string): Enforcement => ({ by: "policy", policy: name });
const component = (name: string): Enforcement => ({ by: "component", file: `components/${name}` });
const command = (file: string): Enforcement => ({ by: "command", file });
const people: Enforcement = { by: "people" };
const open: Enforcement = { by: "not built yet" };

/** Earliest first: what refuses before anything runs stands before what only shows. */
const order: readonly Enforcement["by"][] = [
  "config error",
  "policy",
  "component",
  "command",
  "people",
  "not built yet",
];
const rule = (number: number, what: string, ...enforced: readonly Enforcement[]): Rule => ({
  number,
  what,
  enforced: enforced.toSorted((a, b) => order.indexOf(a.by) - order.indexOf(b.by)),
});
const placed = [
  policy("follow-placement-rules"),
  policy("create-servers-where-placed"),
  component("placement.ts"),
];

/** Every rule, in the manual's order. */
export const rules: readonly Rule[] = [
  rule(1, "A client's own machine is reached, never created", config("checks/machines"), ...placed),
  rule(2, "What only AWS offers selects AWS", ...placed),
  rule(
    3,
    "Data that must stay in Canada selects DigitalOcean, Toronto",
    policy("keep-backups-in-residency"),
    ...placed,
  ),
  rule(4, "Without restriction: Scaleway", ...placed),
  rule(
    5,
    "The order is strict: AWS before Canada",
    policy("keep-backups-in-residency"),
    config("checks/constraints"),
    ...placed,
  ),
  rule(
    6,
    "The newest Ubuntu LTS; a live machine keeps its own",
    policy("keep-live-machines"),
    component("host/options.ts"),
  ),
  rule(
    7,
    "At least 2 GB of memory and 50 GB of disk",
    config("schema-nodes"),
    component("sizes/choose.ts"),
  ),
  rule(8, "From 1000 visits a day, or heavy compute, a size is chosen", config("checks/sizes")),
  rule(
    9,
    "A node is named slug or slug-client",
    config("checks/node-names"),
    policy("name-nodes-by-slug"),
  ),
  rule(10, "The same steps on all providers", component("host/index.ts")),
  rule(
    11,
    "Machines that exist are imported, never replaced",
    policy("follow-placement-rules"),
    config("checks/machines"),
    policy("protect-production-servers"),
    component("host/options.ts"),
  ),
  rule(12, "Bare metal can be adopted, not created", component("host/client.ts"), people),
  rule(13, "First login by the provider's account", component("bootstrap/bootstrap.ts")),
  rule(14, "Groups dev and docker", component("bootstrap/steps/people.sh")),
  rule(
    15,
    "An account for each member, in sudo, dev and docker",
    config("checks/access"),
    component("bootstrap/steps/people.sh"),
  ),
  rule(
    16,
    "authorized_keys holds exactly the declared keys",
    component("bootstrap/steps/people.sh"),
  ),
  rule(17, "Login by key, without password", component("bootstrap/steps/sshd.sh")),
  rule(
    18,
    "A second run changes nothing",
    component("bootstrap/script.ts"),
    command("operations/commands/converge.ts"),
  ),
  rule(19, "Dotfiles at a pinned commit", component("bootstrap/steps/dotfiles.sh")),
  rule(20, "Jenkins only when asked", open),
  rule(21, "Command history is kept and people are told", component("bootstrap/steps/history.sh")),
  rule(22, "The Jenkins job runs after bootstrap", open),
  rule(
    23,
    "The primary name is a proxied A record",
    policy("keep-other-ports-closed"),
    policy("proxy-primary-names"),
    component("project-names.ts"),
  ),
  rule(
    24,
    "direct is a CNAME that is not proxied",
    policy("proxy-primary-names"),
    component("project-names.ts"),
  ),
  rule(25, "Under the agency's domains: name-direct", component("names.ts")),
  rule(
    26,
    "ssh to the direct name opens a shell",
    policy("keep-other-ports-closed"),
    command("operations/commands/ssh.ts"),
  ),
  rule(27, "Traffic to the origin is encrypted too", open),
  rule(28, "Switching off systemd-resolved stays an emergency", people),
  rule(
    29,
    "Every production project declares a backup",
    policy("keep-buckets-private"),
    policy("version-buckets"),
    policy("encrypt-buckets"),
    config("checks/backups"),
    policy("back-up-production-projects"),
    policy("protect-backup-buckets"),
  ),
  rule(
    30,
    "Backups go to S3, us-east-1",
    policy("keep-buckets-private"),
    policy("version-buckets"),
    policy("encrypt-buckets"),
    component("spec/backups.ts"),
    policy("keep-backups-in-residency"),
  ),
  rule(
    31,
    "Keys are backups/<project>/<date>.tar.lrz",
    policy("keep-backup-credentials-write-only"),
    component("backups/keys.ts"),
    open,
  ),
  rule(32, "People list and fetch archives with an IAM key", policy("keep-secrets-secret"), people),
  rule(
    33,
    "Credentials of another AWS account are refused",
    policy("pin-aws-account"),
    component("aws-account.ts"),
  ),
  rule(34, "Restores are rehearsed and evidence is kept", open),
  rule(35, "A dev database is refreshed by one command", open),
  rule(36, "No cron on the host; backups run in a container", open),
  rule(
    37,
    "The host carries users, SSH and Docker alone",
    component("bootstrap/steps/packages.sh"),
    command("local/cloud/rehearse.ts"),
  ),
  rule(38, "Postgres restores by drop, create, load", open),
  rule(39, "MongoDB projects", config("schema")),
  rule(40, "Applications stop before a restore", open),
  rule(
    41,
    "No database port is open",
    policy("keep-database-ports-closed"),
    policy("guard-every-server"),
    component("host/firewall.ts"),
  ),
  rule(
    42,
    "Personal IAM keys stay a manager's decision",
    policy("keep-backup-credentials-write-only"),
    people,
  ),
  rule(43, "An environment is compose file and override", open),
  rule(44, "The override is ignored by git", open),
  rule(45, "Overrides carry ports, restart and secrets alone", open),
  rule(46, "Three jobs a project", open),
  rule(47, "Job definitions live in the repository", command("Jenkinsfile"), open),
  rule(
    48,
    "develop deploys stage, master production",
    command(".github/workflows/deploy.yml"),
    command("Jenkinsfile"),
    open,
  ),
  rule(
    49,
    "Production only after tests",
    command("operations/release/gate.ts"),
    command(".github/workflows/deploy.yml"),
    command("Jenkinsfile"),
    open,
  ),
  rule(50, "Results reach Slack, with the committer", command(".ci/slack"), open),
  rule(51, "A Jenkins agent is made automatically", open),
  rule(52, "A Sentry project for each production environment", open),
  rule(53, "nginx serves static files", open),
  rule(54, "One short command brings up an environment", command("local/cloud/rehearse.ts"), open),
  rule(55, "A new project from a documented template", command("docs/guides/add-a-project.md")),
  rule(
    56,
    "Tedious work has a shared command; failures name resource and rule",
    command("operations/berth.ts"),
  ),
  rule(
    57,
    "All deployment configuration is in the repository",
    config("parse"),
    command("docs/state.md"),
  ),
  rule(
    58,
    "develop is merged to master weekly; hotfixes may bypass",
    command("operations/release/gate.ts"),
    people,
  ),
  rule(59, "The use of infrastructure as code is documented", command("docs/architecture.md")),
  rule(60, "Migrations and static files at start-up", people),
  rule(61, "Reviews, sprints, training, laptops", people),
  rule(62, "(withdrawn)", people),
  rule(
    63,
    "A new stack stands beside the old",
    config("checks/hosting"),
    component("stack-files.ts"),
  ),
  rule(64, "Stage moves first", open),
  rule(65, "The Jenkins job is tried on the new node before the switch", open),
  rule(66, "Database and uploads are copied and compared", open),
  rule(67, "Local files: recommend S3", open),
  rule(68, "The old database is read-only during the dump", open),
  rule(69, "Names change to the new node", config("checks/serving"), component("published.ts")),
  rule(70, "The old haproxy forwards", open),
  rule(71, "The new haproxy maps ports", open),
  rule(72, "The old service ends and cannot be reached", open),
  rule(73, "Cloudflare's cache is purged", open),
  rule(
    74,
    "The old node stays seven days",
    config("checks/retirement"),
    policy("protect-production-servers"),
  ),
  rule(75, "An offline snapshot comes before deletion", config("checks/retirement")),
  rule(76, "The time between freeze and live is measured", open),
  rule(
    77,
    "A review shows every consequence and touches nothing",
    command("operations/review/review.ts"),
    command(".github/workflows/review.yml"),
  ),
  rule(
    78,
    "Switching stacks selects the host without code",
    config("role"),
    component("published.ts"),
  ),
  rule(79, "The agency's own data is backed up too", command("docs/state.md"), open),
  rule(80, "Developers and clients can set off a deployment", command(".ci/deploy")),
  rule(81, "Anyone on the team sees stage", component("project-names.ts")),
  rule(82, "A client's own machine, DNS or storage", config("schema"), component("outputs.ts")),
  rule(
    83,
    "Breakage is transparent",
    command("operations/commands/status.ts"),
    command("operations/review/review.ts"),
  ),
];

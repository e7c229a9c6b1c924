import { command, component, config, people, policy, rule, type Rule } from "../rule";

/** What decides where a machine runs. */
const placed = [
  policy("follow-placement-rules"),
  policy("create-servers-where-placed"),
  component("placement/placement.ts"),
];

/** The manual on providers, nodes and people: rules 1 to 22. */
export const machines: readonly Rule[] = [
  rule(
    1,
    "A client's own machine is reached, never created",
    config("stack-file/checks/machines"),
    policy("use-known-resources"),
    ...placed,
  ),
  rule(2, "What only AWS offers selects AWS", config("stack-file/checks/constraints"), ...placed),
  rule(
    3,
    "Data that must stay in Canada selects DigitalOcean, Toronto",
    config("stack-file/checks/constraints"),
    policy("keep-backups-in-residency"),
    ...placed,
  ),
  rule(4, "Without restriction: Scaleway", ...placed),
  rule(5, "The order is strict: AWS before Canada", policy("keep-backups-in-residency"), ...placed),
  rule(
    6,
    "The newest Ubuntu LTS; a live machine keeps its own",
    policy("keep-live-machines"),
    component("clouds/options.ts"),
  ),
  rule(
    7,
    "At least 2 GB of memory and 50 GB of disk",
    config("fleet/node"),
    component("placement/choose.ts"),
    component("present/machines.ts"),
  ),
  rule(
    8,
    "From 1000 visits a day, or heavy compute, a size is chosen",
    config("stack-file/checks/sizes"),
  ),
  rule(
    9,
    "A node is named slug or slug-client",
    config("stack-file/checks/node-names"),
    policy("name-nodes-by-slug"),
  ),
  rule(10, "The same steps on all providers", component("clouds/index.ts")),
  rule(
    11,
    "Machines that exist are imported, never replaced; `berth adopt --scan` writes how Terraform and Ansible forget each, and whether they did is people's to see",
    policy("follow-placement-rules"),
    config("stack-file/checks/machines"),
    policy("protect-production-servers"),
    component("clouds/options.ts"),
    component("present/adopted.ts"),
    component("present/moves.ts"),
    command("operations/adopt/forget.ts"),
    people,
  ),
  rule(12, "Bare metal can be adopted, not created", component("clouds/client/machine.ts"), people),
  rule(13, "First login by the provider's account", component("node/bootstrap.ts")),
  rule(14, "Groups dev and docker", component("machine/steps/people.sh")),
  rule(
    15,
    "An account for each member, in sudo, dev and docker",
    config("stack-file/checks/access"),
    component("machine/steps/people.sh"),
  ),
  rule(16, "authorized_keys holds exactly the declared keys", component("machine/steps/people.sh")),
  rule(17, "Login by key, without password", component("machine/steps/sshd.sh")),
  rule(
    18,
    "A second run changes nothing",
    component("machine/script.ts"),
    command("operations/fleet/converge.ts"),
  ),
  rule(
    19,
    "Dotfiles at a pinned commit; a run in which install.sh brings another one fails",
    config("fleet/dotfiles"),
    component("machine/steps/dotfiles.sh"),
  ),
  rule(
    20,
    "A node has an agent of Jenkins where its entry says jenkins: agent, and no other has",
    config("stack-file/checks/jenkins-agents"),
    command("operations/agents/agents.ts"),
  ),
  rule(21, "Command history is kept and people are told", component("machine/steps/history.sh")),
  rule(
    22,
    "The project's job on Jenkins runs after bootstrap and must pass, or the update says what it said; where the agency says where its Jenkins is. Of a project that ran on another machine before it runs once that move is over",
    component("integrations/project-jobs.ts"),
    component("deployment/integrate-all.ts"),
    command("operations/integrate/integrate.ts"),
  ),
];

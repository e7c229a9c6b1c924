import { command, component, config, open, policy, rule, type Rule } from "../rule";

/** The manual on moving a project to another machine: rules 63 to 76, and 78. */
export const moves: readonly Rule[] = [
  rule(
    63,
    "A new stack stands beside the old; it drops no production machine unasked",
    config("stack-file/checks/hosting"),
    component("stack-file/stack-files.ts"),
    component("leaving/dropped.ts"),
  ),
  rule(64, "Stage moves first", open),
  rule(
    65,
    "The Jenkins job is tried on the new node before the switch: each project has a port of its own there, on which a delivery asks for its health; no job runs yet",
    config("stack-file/checks/http-ports"),
    component("placement/sites.ts"),
    component("machine/files/site/judge.py"),
    open,
  ),
  rule(66, "Database and uploads are copied and compared", open),
  rule(
    67,
    "Local files: a delivery warns of those that no declared path covers, and recommends S3",
    component("machine/files/site/lint_data.py"),
  ),
  rule(68, "The old database is read-only during the dump", open),
  rule(
    69,
    "Names change to the new node once it is converged; refused where it published no address and host key",
    config("stack-file/checks/serving"),
    component("outputs/published.ts"),
    component("node/ways-in.ts"),
  ),
  rule(
    70,
    "The old haproxy forwards, from the moment that it is told to, all that is asked under the site's names",
    component("machine/files/proxy/haproxy.cfg"),
    component("machine/files/proxy/program/forward.sh"),
    component("machine/files/proxy/program/admit.sh"),
  ),
  rule(
    71,
    "The new haproxy maps ports: one front for all sites of a node, each led to its own port",
    config("stack-file/checks/http-ports"),
    component("machine/steps/proxy.sh"),
    component("machine/files/proxy/haproxy.cfg"),
  ),
  rule(72, "The old service ends and cannot be reached", open),
  rule(73, "Cloudflare's cache is purged, by hostname", command("operations/migrate/purge.ts")),
  rule(
    74,
    "A production node stays seven days from the switch that a run recorded; the injected clock counts on the local cloud alone",
    config("stack-file/checks/retirement"),
    policy("serve-the-declared-environment"),
    policy("protect-production-servers"),
    component("leaving/dropped.ts"),
    component("leaving/let-go.ts"),
    component("clock.ts"),
  ),
  rule(
    75,
    "A snapshot comes before deletion: looked up as of this machine's disk, complete and later than the switch; the machine is found off then, since no provider records it of the snapshot",
    config("stack-file/checks/retirement"),
    component("leaving/evidence.ts"),
  ),
  rule(76, "The time between freeze and live is measured", open),
  rule(
    78,
    "Switching stacks selects the host without code",
    config("stack-file/role"),
    component("outputs/published.ts"),
  ),
];

/**
 * The public face: what a Pulumi program uses of Berth, this repository's own included. README.md
 * beside it says how others install it. Everything else below here may change without notice.
 *
 * Money is in US dollars a month or in the currency that a cloud's price list has, sizes in GB, times in
 * seconds unless a name says otherwise. What is declared wrongly is refused by a `ConfigError` that holds
 * every problem, before a resource is registered; what the engine or a cloud refuses is theirs to say.
 */

/** A machine and what its projects need from outside it (R1-R11, R13-R21, R29). */
export { ProjectNode, type ProjectNodeArgs } from "./node/project-node";

/** The sessions that bring any machine to what its team needs (R13-R21). */
export { Bootstrap, type BootstrapArgs, type EnteredHost } from "./node/bootstrap";

/** A machine's host key before there is the machine, and the user data that delivers it (R13). */
export { bootIdentity, type Boot, type BootArgs } from "./clouds/boot-key";

/** What nodes are declared with in a program, and what `parseFleet` makes of stack files. */
export type { NodeArgs } from "./node/node-args";
export type { DeclaredNode, DeclaredProject } from "./stack-file/one-node";
export type { FleetNode, ResolvedFleet, ResolvedNode, ResolvedProject } from "./placement/resolved";
export type { Agency, BucketSpec, Environment, Fleet, NodeSpec } from "./fleet/fleet";
export type { Team } from "./fleet/team";

/** A project's records at Cloudflare (R23-R25). */
export { ProjectNames, type ProjectNamesArgs } from "./edge/project-names";
export type { Names } from "./fleet/names";

/** A project's secrets and its first delivery on a machine (R43). */
export { ProjectSite, type ProjectSiteArgs, type RanBefore } from "./site/project-site";
export type { SecretValues } from "./site/secret-values";

/** The bucket that archives go to (R29, R30). */
export { BackupBucket, type BackupBucketArgs } from "./backups/bucket";

/** Where the manual's rules put a node, of what size, at what price (R1-R8, R11). */
export { place, type Placement, type PlacementRule } from "./placement/placement";

/** The fleet of a stack, of raw configuration: checked as a whole. */
export { parseFleet, type RawFleet } from "./stack-file/parse";

/** What a declaration is refused with. */
export { ConfigError, type Problem } from "./fleet/problem";

/** A machine as every cloud gives it, and one as the state has it. */
export type { Host } from "./clouds/host";
export type { PresentMachine } from "./present/machines";

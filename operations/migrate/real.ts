import { Resolver } from "node:dns/promises";

import { ownerOf } from "../../components/fleet/owner";
import { historyOf } from "../../components/outputs/history";
import { projectName } from "../../components/stack-file/stack-files";
import { isMissing, pulumi, streaming } from "../../engine/pulumi";
import { runProgram } from "../../engine/program";
import { readPreview } from "../../engine/read-preview";
import { readExport } from "../../engine/state";
import { making } from "../backups/made";
import { unproven } from "../backups/unproven";
import { deployersOf, machineName } from "../fleet/fleet";
import type { Context } from "../ground/context";
import { printable, printableLine } from "../ground/printable";
import { readFleets } from "../ground/reading";
import { Refusal } from "../ground/usage";
import { deliverByJob } from "../jobs/for-move";
import { JenkinsJobs } from "../jobs/jenkins";
import { wayTo } from "../site/site";
import { OverSsh } from "./machines";
import { purge } from "./purge";
import type { World } from "./world";

/** See `World.job`. */
function jobOf(
  context: Context,
  environment: "stage" | "prod",
  slug: string,
): ReturnType<World["job"]> {
  const { fleets } = readFleets(context, { environment });
  const fleet = fleets.find(({ role }) => role === "environment");
  const project = fleet?.projects.find((each) => each.slug === slug);
  const address = fleet?.agency.jenkins?.address;
  const repository = project?.repository;
  if (address === undefined || repository === undefined || project?.jenkins === undefined)
    return undefined;
  const jenkins = new JenkinsJobs(address, context.env);
  const owner = ownerOf(fleet!.agency, projectName(context.directory));
  return (commit, { address: at, hostKey, node }) =>
    deliverByJob(
      jenkins,
      {
        ...{ slug, owner, environment, repository, commit, agent: node.jenkins === "agent" },
        machine: { address: at, hostKey },
      },
      context.env,
    );
}

/** Milliseconds that a resolver has. */
const resolveMs = 5_000;

/** Machines over SSH, the engine of PATH, public resolvers, Cloudflare. `as`: as whom machines are entered. */
export function realWorld(context: Context, as: string | undefined): World {
  const { directory, env, say } = context;
  const sides = new Map<string, OverSsh>();
  const engine = (...args: string[]) =>
    pulumi(args, { cwd: directory, env: { ...env, ...streaming } }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new Refusal("pulumi is not on PATH. Install it, or rehearse: npm run local -- berth");
    });
  return {
    side(machine) {
      const name = machineName(machine);
      const known = sides.get(name);
      if (known !== undefined) return known;
      const way = () => wayTo(context, machine, deployersOf(readFleets(context, {}).fleets), as);
      const made = new OverSsh(machine, way, say);
      sides.set(name, made);
      return made;
    },
    async preview(stack) {
      const { stdout, stderr } = await engine("preview", "--json", "--stack", stack);
      const preview = readPreview(stdout, `preview of ${stack}`, printable);
      if (preview.succeeded) return preview;
      const why = preview.errors.at(-1) ?? stderr.trim().split("\n").at(-1) ?? "";
      throw new Refusal(`pulumi preview --stack ${stack} fails: ${printableLine(why, 1_000)}`);
    },
    async up(stack) {
      const { code, stdout, stderr } = await engine(
        ...["up", "--yes", "--skip-preview", "--stack", stack],
      );
      if (code === 0) return;
      throw new Refusal(
        `pulumi up --stack ${stack} failed:\n${printable(`${stdout}\n${stderr}`).trim().split("\n").slice(-15).join("\n")}`,
      );
    },
    async servedBy(environment, slug) {
      const { code, stdout, stderr } = await engine("stack", "export", "--stack", environment);
      if (code !== 0) {
        throw new Refusal(
          `the state of ${environment} cannot be read: ${printableLine(stderr, 1_000)}`,
        );
      }
      const { outputs } = readExport(stdout);
      return historyOf(environment, outputs).serving.get(slug)?.servedBy;
    },
    async resolve(server, name) {
      const resolver = new Resolver({ timeout: resolveMs, tries: 1 });
      resolver.setServers([server]);
      // A name that is not there yet, or a resolver that is away: it is asked again.
      const both = [resolver.resolve4(name), resolver.resolve6(name)].map((each) =>
        each.catch(() => [] as string[]),
      );
      return (await Promise.all(both)).flat();
    },
    async purge(hostnames) {
      const { CLOUDFLARE_API_TOKEN: token = "", CLOUDFLARE_BASE_URL: endpoint } = env;
      const { fleets } = readFleets(context, {});
      const zones = Object.fromEntries(
        fleets.flatMap(({ agency }) => Object.entries(agency.zones)),
      );
      await purge(hostnames, { token, zones, say, ...(endpoint ? { endpoint } : {}) });
    },
    unproven: (environment, slug) => unproven(context, environment, slug),
    ...making(context, { as }),
    job: (environment, slug) => jobOf(context, environment, slug),
    async commit(file, branch, message) {
      const git = async (...args: string[]) => {
        const done = await runProgram("git", args, { cwd: directory, env });
        if (done.code === 0) return;
        throw new Refusal(`git ${args[0] ?? ""}: ${printableLine(done.stderr, 1_000)}`);
      };
      const there = await runProgram(
        "git",
        ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`],
        {
          ...{ cwd: directory, env },
        },
      );
      await git("switch", "--quiet", ...(there.code === 0 ? [branch] : ["--create", branch]));
      await git("commit", "--quiet", "--message", message, "--", file);
      return branch;
    },
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    now: () => new Date(),
    async close() {
      await Promise.all([...sides.values()].map((side) => side.close()));
    },
  };
}

import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as path from "node:path";

import { sharedConfig } from "../components/stack-file/stack-files";
import { mapping } from "../components/fleet/mapping";
import { pulumi } from "../engine/pulumi";
import { runInForeground } from "../packages/local-cloud/ground/child";
import { duration } from "../packages/local-cloud/ground/progress";
import { lastLines } from "../packages/local-cloud/ground/run-command";
import { obtainJobBuilder } from "./job-builder";
import { joinedIn, toldJoined } from "./joined";
import { repository } from "./paths";
import { sayOnStderr as say } from "./say";
import { ScratchCloud, type ScratchFleet } from "./scratch";

const stack = "prod";

/** A job's public key, of which nobody keeps the other half: Jenkins' double runs no build. */
function jobKey(name: string): string {
  const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const parts = [Buffer.from("ssh-ed25519"), Buffer.from(x, "base64url")].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `ssh-ed25519 ${Buffer.concat(parts).toString("base64")} ${name}`;
}

/** One project of production, of an agency that has a Jenkins, a Sentry and a Slack, with this clone's people. */
export function integratedFleet(): ScratchFleet {
  const { team } = sharedConfig(repository);
  return {
    shared: {
      agency: {
        ...{ name: "acme", domains: ["acme.dev"], awsAccount: "413528927365" },
        zones: { "shop.example": "b".repeat(32) },
        jenkins: {
          ...{ repository: "git@git.example:acme/berth.git", address: "https://ci.acme.dev" },
        },
        sentry: { organization: "acme", team: "berth", channel: "#alerts" },
      },
      team,
    },
    stacks: {
      [stack]: {
        zones: ["shop.example"],
        projects: {
          shop: {
            ...{ domain: "shop.example", repository: "git@git.example:acme/shop.git" },
            ...{ secrets: ["DB_PASSWORD"], files: ["/uploads"], health: { path: "/healthz" } },
            ...{ access: Object.keys(mapping(mapping(team)["members"])), jenkins: {} },
            ...{ jobs: { "shop-prod": jobKey("shop-prod") }, backup: { database: "postgres" } },
          },
        },
      },
    },
  };
}

/**
 * `npm run rehearse -- --integrated`: one update makes a project of production with its jobs on Jenkins, its project on
 * Sentry and a message in Slack, which the local cloud has doubles of; then what the next update would change is told,
 * and all of it is taken down. Beside any other rehearsal. Machines are records: production takes the commits alone that
 * its job on Jenkins tested, and the double runs none. Needs Python 3, by which jobs are rendered as Jenkins takes them.
 * Answers the exit status: 1 where the update failed, or the next one would change anything.
 */
export async function rehearseIntegrated(): Promise<number> {
  const started = Date.now();
  const jobBuilder = await obtainJobBuilder();
  const cloud = await ScratchCloud.start(integratedFleet());
  // The engine hears of it too; what was made until then is taken down all the same.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
  try {
    const { project, env } = cloud;
    env["PATH"] = `${jobBuilder}${path.delimiter}${env["PATH"] ?? ""}`;
    const place = "berth:secrets.shop.DB_PASSWORD";
    const set = ["config", "set", "--stack", stack, "--secret", "--path", place];
    const input = randomBytes(24).toString("hex");
    const { code: isSet, stderr } = await pulumi(set, { cwd: project, env, input });
    if (isSet !== 0) throw new Error(`${place} was not set: ${lastLines(stderr)}`);
    const up = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
    const code = await runInForeground("pulumi", up, { cwd: project, env, say });
    if (code !== 0) return code;
    const joined = toldJoined(await joinedIn(`http://127.0.0.1:${cloud.card.control}`));
    process.stdout.write(`\nJoined to:\n${joined.join("\n")}\n`);
    const left = (await cloud.plan(stack)).map(({ op, urn }) => `${op} ${urn}`);
    process.stdout.write(
      left.length === 0
        ? "The next update would change nothing.\n"
        : `The next update would change:\n  ${left.join("\n  ")}\n`,
    );
    say(`rehearsed in ${duration(Date.now() - started)}; all of it is taken down`);
    return left.length === 0 ? 0 : 1;
  } finally {
    await cloud.stop();
  }
}

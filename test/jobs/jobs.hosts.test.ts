import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Job } from "../../operations/jobs/job";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { site } from "../machine/front";
import { delivery, project, Quay } from "../machine/quay";
import { publicKey } from "../stack-file/fixture";
import { buildJobs } from "./builder";
import { Jenkins, type Run } from "./jenkins";

/** Tests that pass where the file says so; they talk to a service that they depend on. */
const testsOf = (slug: string) => `services:
  test:
    image: quay:1
    depends_on: [db]
    volumes: ["./verdict:/verdict:ro"]
    command: ["sh", "-c", 'cat /verdict; read -r line </verdict; [ "$$line" = "it is well" ]']
  nginx:
    environment: { SITE_HOST: ${slug}.test }
`;
const well = (verdict: string) => ({ verdict: `it is ${verdict}\n` });

describe("jobs on Jenkins against a node", () => {
  const quay = new Quay();
  const { ground } = quay.yard;
  const keys = { "shop-prod": ground.key("shop-prod"), "shop-stage": ground.key("shop-stage") };
  let agents: readonly ChildProcess[] = [];
  let jenkins: Jenkins;
  let unpinned: Jenkins;
  const shop = delivery("shop", 18_016, {
    tested: "shop-prod",
    jobs: {
      "shop-prod": keys["shop-prod"].public,
      "shop-stage": keys["shop-stage"].public,
    },
  });

  /** Steps run on this computer with the credential's key, tests on the machine with its Docker. */
  const run: Run = async ({ label, script, env, credentials }) => {
    if (label === "disposable") {
      expect(credentials).toEqual([]);
      const given = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
      const place =
        "rm -rf /root/agent; git clone -q /srv/git/shop.git /root/agent; cd /root/agent";
      const done = await quay.exec(`${place}; env ${given.join(" ")} bash -s`, script);
      return { code: done.code, said: `${done.stdout}${done.stderr}` };
    }
    const [id = ""] = credentials;
    const socket = path.join(ground.directory, `agent-${id}`);
    const done = await tryRun(["timeout", "300", "bash", "-s"], {
      input: script,
      env: { ...process.env, ...env, SSH_AUTH_SOCK: socket },
    });
    return { code: done.code, said: `${done.stdout}${done.stderr}` };
  };

  const headOf = async (branch: string) =>
    (await quay.onHost(`git -C /srv/git/shop.git rev-parse ${branch}`)).trim();
  const jobs = (hostKey: string): Job[] => {
    const common = {
      ...{ slug: "shop", owner: "acme/berth", starters: ["ana"] },
      repository: "git@git.example:shop.git",
    };
    const machine = { address: quay.address, hostKey };
    return [
      { ...common, kind: "test", name: "shop-test", branch: "develop" },
      { ...common, kind: "prod", name: "shop-prod", branch: "master", machine },
      { ...common, kind: "stage", name: "shop-stage", branch: "develop", machine },
    ];
  };
  const verdicts = async () =>
    (await quay.history("shop")).map(({ commit, by, verdict }) => [commit, by, verdict]);

  beforeAll(async () => {
    quay.sites = [site("shop", 18_016)];
    await quay.open([shop]);
    agents = Object.entries(keys).map(([id, { file }]) => {
      const socket = path.join(ground.directory, `agent-${id}`);
      const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
      void (async () => {
        while (!fs.existsSync(socket)) await sleep(50);
        await tryRun(["ssh-add", "-q", file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      })();
      return child;
    });
    const built = await buildJobs(jobs(quay.key), ground.directory);
    jenkins = new Jenkins(built.jobs, run, headOf);
    const other = await buildJobs(jobs(publicKey(9)), ground.directory);
    unpinned = new Jenkins(other.jobs, run, headOf);
    await quay.commit("shop", {
      ...project("shop"),
      ...well("broken"),
      "dc.test.yml": testsOf("shop"),
    });
    await quay.commit("shop", {}, "develop begins", "develop");
  });
  afterAll(async () => {
    for (const agent of agents) agent.kill();
    await quay.yard.clear();
  });

  it("deliver nothing to production whose tests failed, by whatever way it is asked for (R49)", async () => {
    expect(await jenkins.build("shop-prod")).toBe("FAILURE");
    const commit = await headOf("master");
    expect(jenkins.log.slice(-2)).toEqual([
      `shop-test ${commit}: FAILURE`,
      `shop-prod ${commit}: FAILURE`,
    ]);
    expect(jenkins.log.join("\n")).toContain("it is broken");
    const first = await quay.site("deploy shop --first");
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain("is not delivered yet");
    for (const asked of ["deploy shop", `deploy shop --ref ${commit}`]) {
      const refused = await quay.site(asked);
      expect(refused).toMatchObject({ code: 65 });
      expect(refused.stdout).toContain(
        "is not known to have passed its tests, which shop-prod tells (R49)",
      );
    }
    expect((await quay.exec("ls /var/lib/berth/sites/shop/current")).code).not.toBe(0);
  });

  it("deliver to production the very commit whose tests passed (R48, R49)", async () => {
    const commit = await quay.commit("shop", well("well"));
    expect(await jenkins.build("shop-prod"), jenkins.log.join("\n")).toBe("SUCCESS");
    expect(jenkins.log.slice(-1)).toEqual([`shop-prod ${commit}: SUCCESS`]);
    expect(await verdicts()).toEqual([[commit, "job shop-prod", "delivered"]]);
    expect(await quay.visit(18_016, "shop")).toMatchObject({ version: "one" });
    const kept = await quay.onHost("cat /var/lib/berth/sites/shop/tested.json");
    expect(JSON.parse(kept)).toMatchObject([{ commit, by: "shop-prod" }]);
  });

  it("leave nothing of a test behind, and touch nothing of the site (R46)", async () => {
    const left = await quay.onHost(
      "docker ps -aq --filter label=com.docker.compose.project | xargs -r docker inspect -f '{{index .Config.Labels \"com.docker.compose.project\"}}'; docker volume ls -q; docker network ls --format '{{.Name}}'",
    );
    expect(left).not.toContain("shop-test-");
    expect(left).toContain("shop");
  });

  it("take the word of the production's job alone for it", async () => {
    const commit = await quay.commit("shop", {}, "untested");
    const told = (job: "shop-prod" | "shop-stage", asked: string) =>
      quay.yard.session(
        { login: "berth-jobs", address: quay.address, pinned: quay.key, mine: keys[job] },
        asked,
      );
    const refused = await told("shop-stage", `passed ${commit}`);
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.stderr + refused.stdout).toContain("by the job shop-prod alone");
    for (const asked of ["passed", "passed master", `passed ${commit}; id`, `passed ${commit} x`]) {
      expect(await told("shop-prod", asked)).toMatchObject({ code: 65 });
    }
    expect(await quay.site("deploy shop")).toMatchObject({ code: 65 });
    const hotfix = await quay.site("deploy shop --reason 'the site is down'");
    expect(hotfix, hotfix.stdout).toMatchObject({ code: 0 });
    expect(hotfix.stdout).toMatch(
      /note: .* is not known to have passed .*; reason: the site is down/,
    );
    expect((await quay.history("shop")).at(-1)).toMatchObject({ commit, why: "the site is down" });
  });

  it("say nothing to a machine with another host key", async () => {
    await quay.commit("shop", {}, "for the pinned machine alone");
    const before = await verdicts();
    expect(await unpinned.build("shop-prod")).toBe("FAILURE");
    expect(unpinned.log.join("\n")).toMatch(/the machine was not reached/);
    expect(await verdicts()).toEqual(before);
  });
});

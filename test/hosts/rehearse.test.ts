import * as fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { quote } from "../../components/machine/quote";
import { tellRehearsed } from "../../rehearsal/rehearsal";
import type { Ended } from "../../engine/program";
import { cloudName } from "../../rehearsal/paths";
import { ScratchCloud } from "../../rehearsal/scratch";
import { layoutOf } from "../../packages/local-cloud/hosts";
import { type Finished, tryRun } from "../../packages/local-cloud/hosts/process";
import { added, listing, type Listing } from "../machine/listing";
import { traces } from "../../packages/local-cloud/test/hosts/boot-ground";
import { rehearsedFleet } from "./rehearsed-fleet";
import { apart, comparable } from "./same-host";
import { filesOf, leaks, secretsOf } from "./secrets-in-play";

/** All machines of it: by a rule each, and the client's. */
const slugs = ["clinic", "cryptsend", "kmc", "portal"] as const;
const { shared, stage } = rehearsedFleet();
const { team } = shared;

/** A container image out of what a machine has itself: a shell and a listing. */
const makeImage = [
  "set -e",
  "files=$(for each in sh ls; do command -v $each; ldd $(command -v $each) | grep -o '/[^ ]*'; done)",
  "tar -chf - -C / $(printf '%s\\n' $files | sort -u | sed 's,^/,,') | docker import - tiny >/dev/null",
].join("\n");

const compose = "services: { hello: { image: tiny, command: [sh, -c, echo composed] } }";

/** The key of a member whose account a system has taken. */
const intruder =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZf9s1lJcSFzxCP6dRBBq7hBtVXLTqgCAu/RiVLS+1z intruder";

describe("the stage stack, rehearsed on machines that boot", () => {
  let cloud: ScratchCloud;
  let told = "";
  let made: Ended;
  /** Nobody has been on the machines yet but the program: by slug. */
  const listings: Record<string, Listing> = {};

  /** The command that the rehearsal printed for a project, word by word. */
  const printed = (slug: string) => {
    const line = new RegExp(`^${slug} [^]*?log in +(ssh .*)$`, "m").exec(told)?.[1];
    if (!line) throw new Error(`no command for ${slug} in:\n${told}`);
    return line.split(" ");
  };
  const as = (account: string, slug: string, command: string, ...options: string[]) => {
    const [client, flag, file, target] = printed(slug);
    const host = target!.split("@")[1]!;
    const batch = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5"];
    return tryRun([client!, flag!, file!, ...batch, ...options, `${account}@${host}`, command]);
  };
  const login = (slug: string, command: string): Promise<Finished> =>
    tryRun([...printed(slug), command]);

  beforeAll(async () => {
    cloud = await ScratchCloud.start(
      { shared: { ...shared }, stacks: { stage } },
      {},
      { machines: "booted" },
    );
    made = await cloud.up("stage", "--continue-on-error");
    const { project, env, keys } = cloud;
    const { directory } = cloud.paths;
    told = await tellRehearsed({ stack: "stage", project, directory, env, keys });
    const exec = (slug: string, argv: readonly string[]) =>
      login(slug, ["sudo", "-n", ...argv].map(quote).join(" "));
    for (const slug of slugs) {
      listings[slug] = await listing({ exec }, slug);
    }
  });
  afterAll(async () => {
    const layout = layoutOf(cloud.paths.directory, cloudName);
    await cloud.stop();
    expect(await traces(layout)).toEqual([]);
  });

  it.each(["clinic", "cryptsend", "portal"] as const)(
    "makes the same host of every machine (R10): %s",
    (slug) => {
      const [first, other] = [comparable(listings["kmc"]!), comparable(listings[slug]!)];
      expect(first["packages"]!.length).toBeGreaterThan(100);
      expect(first["sshd"]).toContain("permitrootlogin no");
      expect(first["ports"]).toContain("tcp 0.0.0.0:22");
      expect(added(first, other)).toEqual(apart[slug]);
    },
  );

  it.each(slugs)("lets a member in at %s by the printed command", async (slug) => {
    const seen = await login(slug, "id -un; id -Gn; sudo -n true && echo sudo");
    const [name, groups, sudo] = seen.stdout.split("\n");
    expect({ name, sudo, code: seen.code }).toEqual({ name: "clark", sudo: "sudo", code: 0 });
    expect(groups!.split(" ")).toEqual(expect.arrayContaining(["sudo", "dev", "docker"]));
  });

  it("runs containers, by docker and by compose", async () => {
    expect((await login("kmc", makeImage)).stderr).toBe("");
    const run = await login("kmc", "docker run --rm tiny sh -c 'echo contained'");
    expect(run.stdout).toBe("contained\n");
    const up = await login(
      "kmc",
      `mkdir -p hello; cd hello; echo '${compose}' > compose.yaml
      docker compose up 2>&1; docker compose down 2>/dev/null`,
    );
    expect(up.stdout).toContain("composed");
  });

  it("refuses root, the cloud's account, other people's keys and passwords", async () => {
    const clark = cloud.keys.members["clark"]![0]!.file;
    const deployer = cloud.keys.deployers[0]!.file;
    expect((await as("berth", "kmc", "true", "-i", deployer)).code).toBe(0);
    // Two a machine at most: sshd turns an address away for a while after three.
    const refused = [
      as("root", "kmc", "true", "-i", deployer),
      as("root", "cryptsend", "true", "-i", clark),
      as("ubuntu", "portal", "true", "-i", deployer),
      as("berth", "cryptsend", "true", "-i", clark),
      as("clark", "portal", "true", "-o", "PubkeyAuthentication=no"),
    ];
    for (const { code, stderr } of await Promise.all(refused)) {
      expect({ code, stderr }).toEqual({
        code: 255,
        // The methods that are left: no password among them.
        stderr: expect.stringMatching(/Permission denied \(publickey\)\.\r?\n$/) as string,
      });
    }
  });

  it.each(["cryptsend", "kmc", "portal"])(
    "keeps a port closed at %s that something listens on",
    async (slug) => {
      const listening = await login(
        slug,
        `sudo systemd-run --quiet python3 -m http.server 5432 &&
        curl -sf --retry 9 --retry-connrefused --retry-delay 1 -o /dev/null http://127.0.0.1:5432/`,
      );
      expect(listening).toMatchObject({ code: 0, stderr: "" });
      const { nodes } = await cloud.outputs("stage");
      const knock = `exec 3<>/dev/tcp/${String(nodes![slug]!["address"])}/5432`;
      // 124: no answer at all until the time is over.
      expect((await tryRun(["timeout", "2", "bash", "-c", knock])).code).toBe(124);
    },
  );

  it("runs nothing the second time", async () => {
    await cloud.succeed("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "stage");
  });

  it("touches one thing on each of a member's machines when the member's key changes", async () => {
    const { maria, sam } = team.members;
    const members = { ...team.members, maria: sam!, sam: maria! };
    cloud.stack("stage", { ...stage, team: { ...team, members } });
    // Components hold facts about what is planned; nothing is done for them.
    const steps = (await cloud.plan("stage")).filter(({ urn }) => urn.includes(":Command::"));
    expect(steps.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)!}`).sort()).toEqual(
      slugs.map((slug) => `update ${slug}-converge`),
    );
    const after = cloud.keys.pairOf(sam!.keys[0]!)!.file;
    await cloud.up("stage");
    // The printed configuration still has the old key.
    expect((await as("maria", "kmc", "true")).code).toBe(255);
    expect((await as("maria", "kmc", "true", "-i", after)).code).toBe(0);
  });

  it("shows no private key and no token, in runs that succeed and in runs that fail", async () => {
    const engine = (...args: string[]) => cloud.pulumi(...args, "--stack", "stage");
    const { portal, ...others } = stage.projects;
    const projects = {
      ...others,
      // A key of AWS that is secret.
      portal: { ...portal, backup: { database: "postgres" } },
      second: { domain: "second-stage.countable.ca", residency: "canada", access: ["everyone"] },
    };
    const members = { ...team.members, intruder: { keys: [intruder] } };
    const groups = { ...team.groups, everyone: [...team.groups["everyone"]!, "intruder"] };
    const before = await login("kmc", "sudo useradd --system intruder");
    expect(before.code).toBe(0);
    cloud.stack("stage", { ...stage, projects, team: { ...team, members, groups } });
    await cloud.control("POST", "/faults", {
      type: "digitalocean:index/droplet:Droplet",
      operation: "create",
      kind: "error",
      message: "told to fail",
    });
    const runs = {
      made,
      diff: await engine("preview", "--diff"),
      json: await engine("preview", "--json"),
      failed: await engine("up", "--yes", "--skip-preview", "--continue-on-error", "--diff"),
      diffAfter: await engine("preview", "--diff"),
      jsonAfter: await engine("preview", "--json"),
      state: await engine("stack", "export"),
    };
    const codes = Object.entries(runs).map(([name, { code }]) => [name, code === 0]);
    expect(Object.fromEntries(codes)).toEqual({
      ...{ made: true, diff: true, json: true, failed: false },
      ...{ diffAfter: true, jsonAfter: true, state: true },
    });
    const failed = runs.failed.stdout + runs.failed.stderr;
    expect(failed).toContain("told to fail");
    expect(failed).toContain("account intruder");

    const secrets = await secretsOf(cloud, "stage");
    const inPlay = Object.keys(secrets).map((whose) => whose.split(/::|\//).at(-1)!);
    expect(inPlay).toEqual(
      expect.arrayContaining([
        ...["cryptsend", "kmc", "portal", "second"].map((node) => `${node}-boot-key`),
        ...["cryptsend", "kmc", "portal"].map((node) => `${node}-server`),
        "portal-portal-backup-key",
        expect.stringMatching(/^clark-[0-9a-f]{8}$/),
        expect.stringMatching(/^jenkins-[0-9a-f]{8}$/),
      ]),
    );
    const texts = {
      ...Object.fromEntries(
        Object.entries(runs).map(([name, { stdout, stderr }]) => [name, stdout + stderr]),
      ),
      "cloud.log": fs.readFileSync(cloud.paths.log, "utf8"),
      ...filesOf(cloud.paths.state),
    };
    expect(leaks(secrets, texts)).toEqual([]);
    // The same search finds what is there to be found.
    const shown = await engine("stack", "export", "--show-secrets");
    expect(leaks(secrets, { shown: shown.stdout }).length).toBeGreaterThanOrEqual(8);
  });
});

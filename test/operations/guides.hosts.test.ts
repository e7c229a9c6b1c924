import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readStackFiles } from "../../components/stack-file/stack-files";
import { repository } from "../../rehearsal/paths";
import { runProgram, type Ended } from "../../engine/program";
import { ScratchCloud } from "../../rehearsal/scratch";
import { ensureStandIns } from "../../rehearsal/stand-ins";
import { killedAfter } from "../hosts/killing";
import { edited, stepsOf, type Step } from "./guide";

/** Commands whose status tells what was found, and not whether they worked. */
const asking = /berth -- (status|converge --check)/;

describe("the guides, done one after another on the local cloud", () => {
  let cloud: ScratchCloud;
  let bin: string;

  beforeAll(async () => {
    const { agency, team } = readStackFiles(repository).stacks["prod"] ?? {};
    const project = (domain: string, more = {}) => ({ domain, access: ["everyone"], ...more });
    const projects = {
      kmc: project("kmc.countable.ca", { residency: "canada", backup: { database: "none" } }),
      cryptsend: project("cryptsend.io", { backup: { database: "none" } }),
    };
    const fleet = { shared: { agency, team }, stacks: { prod: { projects } } };
    cloud = await ScratchCloud.start(fleet, {}, { machines: "booted" });
    bin = fs.mkdtempSync(path.join(path.dirname(cloud.project), "bin-"));
    shim(
      "npm",
      `shift 3\nexec node --import tsx ${path.join(__dirname, "run-berth.ts")} "$PWD" "$@"`,
    );
    // A person answers the engine's question; here nobody does.
    shim(
      "pulumi",
      `case $1 in up | refresh) set -- "$@" --yes --skip-preview ;; cancel) set -- "$@" --yes ;; esac\n` +
        `exec "${cloud.env["PATH"]?.split(":")[0]}/pulumi" "$@" --non-interactive --color never`,
    );
    git("init", "-q");
    git("add", "--", ...fs.readdirSync(cloud.project).filter((name) => name.endsWith(".yaml")));
    git("commit", "-q", "-m", "The fleet");
  });
  afterAll(() => cloud.stop());

  const shim = (name: string, script: string) =>
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
  const git = (...argv: string[]) =>
    execFileSync("git", [...identity, ...argv], { cwd: cloud.project });
  const shell = (command: string): Promise<Ended> => {
    const author = { GIT_AUTHOR_NAME: "Ana", GIT_AUTHOR_EMAIL: "ana@example.org" };
    const committer = { GIT_COMMITTER_NAME: "Ana", GIT_COMMITTER_EMAIL: "ana@example.org" };
    const PATH = `${bin}:${cloud.env["PATH"]}`;
    const env = { ...cloud.env, ...author, ...committer, PATH, USER: "clark" };
    return runProgram("bash", ["-c", command], { cwd: cloud.project, env });
  };
  const nodes = async () => (await cloud.outputs("prod"))["nodes"] ?? {};

  /** Plain ssh as a person has it, without anything of Berth's. */
  async function ssh(member: string, node: string, command: string): Promise<Ended> {
    const { address, hostKey } = (await nodes())[node] ?? {};
    return plainSsh(member, String(address), String(hostKey), command);
  }
  function plainSsh(member: string, address: string, hostKey: string, command: string) {
    const keys = ensureStandIns(cloud.paths.directory, cloud.project).members[member] ?? [];
    const known = path.join(bin, "known_hosts");
    fs.writeFileSync(known, `${address} ${hostKey}\n`);
    const files = keys.flatMap(({ file }) => ["-i", file]);
    const options = ["-F", "/dev/null", "-o", `UserKnownHostsFile=${known}`, "-o", "BatchMode=yes"];
    const argv = [
      ...options,
      "-o",
      "IdentitiesOnly=yes",
      ...files,
      `${member}@${address}`,
      command,
    ];
    return runProgram("ssh", argv, { cwd: cloud.project, env: cloud.env });
  }

  /** Does what a guide says, in order; every command must end well. Answers what each one printed. */
  async function follow(guide: string): Promise<string> {
    const printed: string[] = [];
    for (const step of stepsOf(guide)) printed.push(...(await take(step)));
    return printed.join("\n");
  }
  async function take(step: Step): Promise<string[]> {
    if (step.kind === "untested") return [];
    if (step.kind === "edit") {
      const file = path.join(cloud.project, step.file);
      fs.writeFileSync(file, edited(fs.readFileSync(file, "utf8"), step));
      ensureStandIns(cloud.paths.directory, cloud.project);
      return [];
    }
    const printed: string[] = [];
    for (const line of step.lines) {
      const { where } = step;
      const done = where ? await left(where.member, where.node, line) : await shell(line);
      const text = `$ ${line}\n${done.stdout}${done.stderr}`;
      if (done.code !== 0 && !asking.test(line))
        throw new Error(`${text}\nended with ${done.code}`);
      printed.push(text);
    }
    return printed;
  }
  /** On a node when the stack is gone: with what was noted before. */
  function left(member: string, node: string, command: string): Promise<Ended> {
    const noted = fs.readFileSync(path.join(cloud.project, "nodes.json"), "utf8");
    const { address, hostKey } =
      (JSON.parse(noted) as Record<string, Record<string, string>>)[node] ?? {};
    return plainSsh(member, address ?? "", hostKey ?? "", command);
  }

  it("index: the command explains itself", async () => {
    expect(await follow("README")).toContain("usage: npm run berth -- <command>");
  });

  it("first deployment: two machines, and a shell on one of them", async () => {
    const printed = await follow("first-deployment");
    expect(printed).toContain("Nothing needs a person.");
    expect(printed).toMatch(/uid=\d+\(clark\).*\(sudo\).*\(docker\)/);
  });

  it("add a person: nora logs in, and a second update changes nothing", async () => {
    expect((await ssh("nora", "kmc", "true")).code).toBe(255);
    expect(await follow("add-a-person")).toMatch(/uid=\d+\(nora\)/);
    expect(await cloud.plan("prod")).toEqual([]);
  });

  it("remove a person: sam is cut off everywhere", async () => {
    const keys = (await ssh("sam", "cryptsend", "id -un")).stdout;
    expect(keys).toBe("sam\n");
    expect(await follow("remove-a-person")).toContain("account closed on 2 of 2 machines");
    expect((await ssh("sam", "cryptsend", "true")).code).toBe(255);
    expect((await ssh("clark", "cryptsend", "true")).code).toBe(0);
  });

  it("rotate keys: the old deployer is gone, and converging works with the new one", async () => {
    const printed = await follow("rotate-keys");
    expect(printed).toContain("ci-2026: logged in to 2 of 2 machines");
    expect(printed).toContain("taken away from 2 machines: jenkins");
    expect(printed).toMatch(/^ci-2026 +SHA256:\S+ +declared +2 of 2 +yes$/m);
    expect(printed).toContain("1 machine converged: 1 as declared");
    expect(printed).toMatch(/^sudo sh -c '/m);
    expect((await shell("npm run berth -- converge --check")).code).toBe(0);
  });

  it("a node is lost: made anew, and everything else as it was", async () => {
    const before = await nodes();
    const [droplet] = await cloud.objects("digitalocean/droplet");
    await cloud.control(
      "DELETE",
      `/objects/${encodeURIComponent("digitalocean/droplet")}/${droplet?.id}`,
    );
    const printed = await follow("a-node-is-lost");
    expect(printed).toContain("Nothing needs a person.");
    const after = await nodes();
    expect(after["cryptsend"]).toEqual(before["cryptsend"]);
    expect(after["kmc"]?.["hostKey"]).not.toBe(before["kmc"]?.["hostKey"]);
    expect((await ssh("clark", "kmc", "sudo -n id -u")).stdout).toBe("0\n");
  });

  it("rename a project: the same machine answers to the new name", async () => {
    const { cryptsend: before } = await nodes();
    const things = await cloud.inventory();
    const printed = await follow("rename-a-project");
    expect(printed).toMatch(/uid=\d+\(clark\)/);
    expect(printed).toContain('"prefix": "backups/sendcrypt/"');
    const { cryptsend: ends } = before!["certificates"] as Record<string, string>;
    const renamed = { projects: ["sendcrypt"], certificates: { sendcrypt: ends } };
    expect((await nodes())["sendcrypt"]).toEqual({ ...before, ...renamed });
    expect(await cloud.inventory()).toEqual(things);
    expect((await ssh("clark", "sendcrypt", "sudo -n id -u")).stdout).toBe("0\n");
    expect((await shell("npm run berth -- converge --check sendcrypt")).code).toBe(0);
  });

  it("an update was interrupted: what it was making is named, and the next one is whole", async () => {
    const type = "cloudflare:index/dnsRecord:DnsRecord";
    const kind = "cloudflare/dns_record";
    const records = () => cloud.objects(kind);
    const remove = (id = "") =>
      cloud.control("DELETE", `/objects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`);
    await remove((await records())[0]?.id);
    await cloud.succeed("refresh", "--yes", "--skip-preview", "--stack", "prod");
    const left = await records();
    await cloud.control("POST", "/faults", { type, operation: "create", kind: "unanswered" });
    const argv = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "prod"];
    const program = { argv, cwd: cloud.project, env: cloud.env, begins: /DnsRecord \S+ creating/ };
    expect(await killedAfter(1_000, program)).toMatchObject({ killed: true });

    const [look, settle, again] = stepsOf("an-update-was-interrupted");
    const named = (await take(look!)).join("\n");
    expect(named).toContain("pulumi was cut off while it made DnsRecord");
    const known = left.map(({ id }) => id);
    const orphan = (await records()).find(({ id }) => !known.includes(id));
    await remove(orphan?.id);
    expect((await take(settle!)).join("\n")).toContain("Nothing needs a person.");
    expect(await records()).toHaveLength(left.length + 1);

    const firewalls = await cloud.objects("digitalocean/firewall");
    const gone = encodeURIComponent("digitalocean/firewall");
    await cloud.control("DELETE", `/objects/${gone}/${firewalls[0]?.id}`);
    await take(again!);
    expect(await cloud.objects("digitalocean/firewall")).toHaveLength(firewalls.length);
  });

  it("leaving Berth: machines run on, with plain ssh and docker compose", async () => {
    const { code } = await ssh("clark", "kmc", composeUp);
    expect(code).toBe(0);
    await follow("leaving-berth");
    expect((await left("clark", "kmc", "id berth")).code).toBe(1);
    const running = "sudo -n id -u; docker compose -p site ps --format '{{.State}}'";
    expect((await left("clark", "kmc", running)).stdout).toBe("0\nrunning\n");
    const again =
      "cd site && docker compose -p site up -d --force-recreate 2>&1 && docker compose -p site ps -q";
    expect((await left("clark", "kmc", again)).code).toBe(0);
  });
});

/** An application of one container, from an image made on the spot. */
const composeUp = `set -e
mkdir -p site && cd site
sudo sh -c 'apt-get -qq update; apt-get -qqy install busybox-static' >/dev/null 2>&1
tar -C / -c bin/busybox usr/bin/busybox 2>/dev/null | docker import - tiny >/dev/null
cat >docker-compose.yml <<'END'
services:
  web:
    image: tiny
    command: ["/usr/bin/busybox", "sleep", "1000000"]
END
docker compose -p site up -d
`;

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runProgram, type Ended } from "../../engine/program";
import { visit } from "../../operations/ground/ssh";
import { keepAgentKeys } from "../../packages/local-cloud/cloud/agent";
import { discardCloud } from "../../packages/local-cloud/cloud/cloud";
import { openCloud } from "../../packages/local-cloud/cloud/open";
import { cloudPathsIn, type CloudPaths } from "../../packages/local-cloud/cloud/paths";
import { freeDirectory, layoutOf } from "../../packages/local-cloud/hosts";
import { sshForms } from "../../packages/local-cloud/providers/tls/openssh";
import { traces } from "../../packages/local-cloud/test/hosts/boot-ground";
import { thisComputer } from "../../rehearsal/computer";
import { repository } from "../../rehearsal/paths";

/** What this test's clouds leave on the computer begins with it. */
const cloudName = "packed";
const zone = "0a1d5f6e8c7b4a3920f1e2d3c4b5a697";
const agency = {
  name: "acme",
  domains: [],
  zones: { "example.com": zone },
  awsAccount: "413528927365",
};

/** The two programs of the README, as they stand there. */
const [shop = "", wiki = ""] = [
  ...fs
    .readFileSync(path.join(repository, "components", "README.md"), "utf8")
    .matchAll(/^```ts\n([^]*?)^```$/gm),
].map(([, text]) => text);

interface Way {
  readonly address: string;
  readonly hostKey: string;
}

describe("the components, packed and installed in a program outside of the clone", () => {
  let scratch: string;
  let project: string;
  let paths: CloudPaths;
  let env: NodeJS.ProcessEnv;
  const keys: Record<string, { file: string; public: string }> = {};

  const run = (argv: readonly string[], cwd = project, variables = process.env): Promise<Ended> =>
    runProgram(argv[0]!, argv.slice(1), { cwd, env: variables });
  const succeed = async (...argv: string[]): Promise<string> => {
    const ended = await run(argv, project, env ?? process.env);
    expect(ended.code, `${argv.join(" ")}\n${ended.stdout}${ended.stderr}`).toBe(0);
    return ended.stdout + ended.stderr;
  };
  const write = (name: string, content: unknown): void =>
    fs.writeFileSync(
      path.join(project, name),
      typeof content === "string" ? content : JSON.stringify(content),
    );

  beforeAll(async () => {
    scratch = freeDirectory("berth-packed-", "cloud");
    project = path.join(scratch, "program");
    paths = cloudPathsIn(path.join(scratch, "cloud"), cloudName);
    fs.mkdirSync(project);
    for (const name of ["clark", "maria", "jenkins"]) keys[name] = newKey(name);
    await install();
    write("index.ts", shop);
    writeStackFiles();
  });

  afterAll(async () => {
    await discardCloud(paths);
    const left = await traces(layoutOf(paths.directory, cloudName));
    fs.rmSync(scratch, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  function newKey(name: string): { file: string; public: string } {
    const pair = sshForms(crypto.generateKeyPairSync("ed25519").privateKey);
    const file = path.join(scratch, name);
    fs.writeFileSync(file, pair.privateKey, { mode: 0o600 });
    return { file, public: `${pair.publicKey.trim().split(" ").slice(0, 2).join(" ")} ${name}` };
  }

  /** The package by npm, from its tarball and nothing of the clone's; the SDKs are this clone's own. */
  async function install(): Promise<void> {
    const modules = path.join(repository, "node_modules");
    const pack = ["npm", "pack", "--ignore-scripts", "--pack-destination", scratch];
    for (const argv of [
      ["npm", "run", "--silent", "build"],
      [...pack, "--workspace", "berth-components"],
      [...pack, path.join(modules, "zod")],
    ]) {
      const ended = await run(argv, repository);
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    }
    const tarball = (name: string) =>
      `file:${path.join(
        scratch,
        fs.readdirSync(scratch).find((file) => file.startsWith(name))!,
      )}`;
    write("package.json", {
      ...{ name: "program", version: "1.0.0", private: true },
      dependencies: {
        "berth-components": tarball("berth-components-"),
        zod: tarball("zod-"),
      },
    });
    await succeed("npm", "install", "--offline", "--legacy-peer-deps", "--ignore-scripts");
    for (const name of ["@pulumi", "@pulumiverse", "@types", "typescript", "tsx"]) {
      fs.symlinkSync(path.join(modules, name), path.join(project, "node_modules", name));
    }
  }

  function writeStackFiles(): void {
    write("Pulumi.yaml", "name: program\nruntime: nodejs\n");
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const waiver = {
      ...{ policy: "create-servers-where-placed", resource: "wiki", owner: "clark", until },
      reason: "it was there before anybody asked where it should be",
    };
    const config = {
      "berth:agency": agency,
      "berth:team": {
        members: {
          clark: { keys: [keys["clark"]!.public] },
          maria: { keys: [keys["maria"]!.public] },
        },
        groups: { everyone: ["clark", "maria"] },
        deployers: { jenkins: keys["jenkins"]!.public },
      },
      "berth:waivers": [waiver],
    };
    write("Pulumi.prod.yaml", stringify({ config }));
    write("local-cloud.yaml", stringify({ zones: agency.zones, awsAccount: agency.awsAccount }));
    write("tsconfig.json", {
      compilerOptions: {
        ...{ target: "es2022", module: "node16", moduleResolution: "node16", strict: true },
        ...{ noEmit: true, types: ["node"], skipLibCheck: true },
      },
      files: ["index.ts"],
    });
  }

  /** Who a person is on a machine that a stack's output leads to. */
  async function whoIs(name: string, output: string): Promise<string> {
    const told = await succeed("pulumi", "stack", "output", "--json", "--stack", "prod");
    const way = (JSON.parse(told) as Record<string, Way>)[output]!;
    const session = await visit(
      { ...way, login: name },
      { env: process.env, offer: [], files: [keys[name]!.file] },
      { command: "id -un; sudo -n id -un", timeoutMs: 60_000 },
    );
    return JSON.stringify(session);
  }

  it("carry nothing but what runs, and its licence and peers", () => {
    const installed = path.join(project, "node_modules", "berth-components");
    expect(fs.lstatSync(installed).isSymbolicLink()).toBe(false);
    expect(fs.readdirSync(installed).sort()).toEqual(["README.md", "dist", "package.json"]);
    const files = fs.readdirSync(path.join(installed, "dist"), { recursive: true }) as string[];
    expect(files.filter((file) => /(?<!\.d)\.ts$|(^|\/)tests?\/|\.test\./.test(file))).toEqual([]);
    expect(files).toContain(path.join("machine", "steps", "people.sh"));
    expect(files).toContain(path.join("machine", "files", "site", "main.py"));
  });

  const face = [
    ...["BackupBucket", "Bootstrap", "ConfigError", "ProjectNames", "ProjectNode", "ProjectSite"],
    ...["bootIdentity", "parseFleet", "place"],
  ].join();
  const named =
    "console.log(Object.keys(it).filter((name) => !/default|exports|__esModule/.test(name)).sort().join())";
  it.each([
    ["require, by plain Node", ["-e", `const it = require("berth-components"); ${named}`]],
    [
      "import, by plain Node",
      ["--input-type=module", "-e", `import * as it from "berth-components"; ${named}`],
    ],
    ["tsx", ["--import", "tsx", "load.mts"]],
  ])("load under %s", async (_, argv) => {
    write("load.mts", `import * as it from "berth-components";\n${named};\n`);
    expect((await succeed(process.execPath, ...argv)).trim()).toBe(face);
  });

  it("have types that a strict program compiles against", async () => {
    write("index.ts", shop + wiki);
    await succeed(process.execPath, "node_modules/typescript/bin/tsc", "--project", ".");
    write("index.ts", shop);
  });

  it("make what twenty lines declare, under the engine's ts-node, and let its people in", async () => {
    expect(shop.split("\n").length).toBeLessThanOrEqual(25);
    const say = () => undefined;
    const options = {
      ...{ say, computer: thisComputer(), takeDown: "the test" },
      machines: "booted" as const,
    };
    ({ env } = await openCloud(paths, project, options));
    keepAgentKeys(paths, [keys["jenkins"]!.file]);
    expect(await succeed("pulumi", "preview", "--stack", "prod")).toContain("program-prod");
    const pack = path.join(repository, "policies", "pack");
    await succeed("pulumi", "up", "--yes", "--stack", "prod", "--policy-pack", pack);
    expect(await whoIs("clark", "way")).toContain("clark\\nroot");
    expect(await whoIs("maria", "way")).toContain("maria\\nroot");
    await succeed("pulumi", "preview", "--expect-no-changes", "--stack", "prod");
  });

  it("enter a droplet that the program made itself, and its policies pass", async () => {
    write("index.ts", shop + wiki);
    const pack = path.join(repository, "policies", "pack");
    const said = await succeed("pulumi", "up", "--yes", "--stack", "prod", "--policy-pack", pack);
    expect(said).toContain("Waived until");
    expect(await whoIs("clark", "wikiWay")).toContain("clark\\nroot");
    expect(await whoIs("maria", "wikiWay")).not.toContain("maria");
  });

  it("refuse a wrong declaration before anything is touched, with place and fix", async () => {
    write("index.ts", shop.replace("shop.example.com", "shop.example.net"));
    const { code, stdout } = await run(["pulumi", "preview", "--stack", "prod"], project, env);
    expect(code).not.toBe(0);
    expect(stdout).toContain("node shop: berth:projects.shop.domain: ");
  });
});

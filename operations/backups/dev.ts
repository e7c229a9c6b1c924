import * as fs from "node:fs";
import * as path from "node:path";

import { untilAsked } from "../../engine/program";
import type { Context } from "../ground/context";
import { exits, Refusal } from "../ground/usage";
import type { Picked } from "./archives";
import { Docker, lastLine } from "./docker";
import { Download } from "./download";
import { judgeTree } from "./judge";
import type { ManifestDatabase } from "./manifest";
import type { BackedUp } from "./projects";
import { Sandbox } from "./sandbox";
import { membersOf, type RestoredServer } from "./restored-server";
import { restores } from "./restores";
import { Server } from "./server";
import type { Store } from "./store";

/** A container of a Compose project. */
interface Container {
  readonly id: string;
  readonly service: string;
  readonly image: string;
  readonly isRunning: boolean;
}

/**
 * Restores an archive into a project that Compose has on this computer, from its repository in `directory`, in the
 * place of what is there (R35). Its application is stopped before and stays so: a copy of production writes to
 * nobody. Throws a `Refusal` where the project is not there, or its scrub is not, before anything is touched.
 */
export async function toDev(
  context: Context,
  { project }: BackedUp,
  store: Store,
  { archive, manifest }: Picked,
  directory: string,
): Promise<number> {
  const docker = new Docker(context.env);
  const tree = fs.realpathSync(directory);
  const scrub = scrubOf(project.backup?.scrub, tree);
  const containers = await containersOf(docker, tree);
  const servers = new Map<string, RestoredServer>();
  const running: Server[] = [];
  for (const declared of manifest.databases) {
    const { service, kind } = declared;
    const container = containers.find((each) => each.service === service);
    if (container === undefined) {
      throw new Refusal(
        `no container of the service ${service} is there for ${tree}; bring the project up first (./dev)`,
      );
    }
    const { id: name, image } = container;
    servers.set(service, restores[kind].into(docker, declared, { name, image, inUse: true }));
    if (kind === "postgres") running.push(new Server(docker, name, image));
  }
  if (scrub !== undefined && running.length === 0) {
    throw new Refusal("backup.scrub is SQL, and the archive has no PostgreSQL: nothing is copied");
  }
  const volumes = await volumesOf(
    docker,
    tree,
    manifest.files.map(({ name }) => name),
  );
  for (const each of containers) {
    const isServer = servers.has(each.service);
    if (isServer !== each.isRunning) await docker.must([isServer ? "start" : "stop", each.id]);
  }
  for (const server of running) await server.awake();
  const failed: string[] = [];
  await untilAsked(async (signal) => {
    const sandbox = new Sandbox(docker, volumes);
    signal.addEventListener("abort", () => sandbox.end(), { once: true });
    const download = new Download(store, archive.key, context.env["BERTH_AGE_IDENTITY"], signal);
    const fed = sandbox.feed(download.bytes());
    fed.catch(() => undefined);
    for await (const frame of sandbox.sifted()) {
      if ("broken" in frame) failed.push(frame.broken);
      if ("tree" in frame) {
        const declared = manifest.files.find(({ name }) => name === frame.tree);
        if (declared !== undefined) failed.push(...judgeTree(declared, frame).failed);
      }
      if (!("member" in frame)) continue;
      const declared = manifest.databases.find((each) => membersOf(each).includes(frame.member));
      if (declared === undefined) continue;
      context.say(`${declared.service}: loads ${frame.member}`);
      failed.push(
        ...(await servers.get(declared.service)!.take(frame.member, frame.content)).failed,
      );
    }
    await fed;
    if (download.sha256() !== manifest.archive.sha256)
      failed.push("its bytes are not those that were written");
  });
  for (const server of servers.values()) {
    const judged = await server.judge();
    failed.push(...judged.failed);
    for (const each of judged.differs) context.say(each);
  }
  if (scrub !== undefined) {
    const withSql = manifest.databases.filter(({ kind }) => kind === "postgres");
    for (const [index, { databases }] of withSql.entries()) {
      failed.push(...(await scrubbed(running[index]!, databases, scrub)));
    }
  }
  for (const why of failed) context.out(`  ${why}\n`);
  if (failed.length > 0) context.out(`${archive.key}: is there in part; do not work with it\n`);
  else {
    context.out(
      `${archive.key}: is there, all of it${scrub === undefined ? "" : ", and scrubbed"}\n`,
    );
    context.out(
      "  its application is stopped: start what you need, and nothing that writes to people: docker compose up -d <service>\n",
    );
  }
  return failed.length === 0 ? exits.done : exits.failed;
}

function scrubOf(declared: string | undefined, tree: string): string | undefined {
  if (declared === undefined) return undefined;
  const file = path.join(tree, declared);
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    throw new Refusal(
      `${file}: backup.scrub names it and it is not there; nothing is copied without it`,
    );
  }
}

/** Runs the declared SQL over the largest database; where that fails, the copies go again. */
async function scrubbed(
  server: Server,
  databases: readonly ManifestDatabase[],
  scrub: string,
): Promise<string[]> {
  const [main] = databases.toSorted((one, other) => other.bytes - one.bytes);
  if (main === undefined) return [];
  const done = await server.trySql(main.name, scrub);
  if (done.code === 0) return [];
  for (const { name } of databases) await server.drop(name);
  return [
    `${main.name}: backup.scrub failed, so the copies were removed again: ${lastLine(done.stderr)}`,
  ];
}

async function containersOf(docker: Docker, tree: string): Promise<Container[]> {
  const label = `label=com.docker.compose.project.working_dir=${tree}`;
  const format = '{{.ID}}\t{{.Label "com.docker.compose.service"}}\t{{.Image}}\t{{.State}}';
  const said = await docker.must(["ps", "--all", "--filter", label, "--format", format]);
  const lines = said.split("\n").filter((line) => line !== "");
  if (lines.length === 0) {
    throw new Refusal(
      `Compose has nothing of ${tree} on this computer; bring the project up first (./dev), or say where it is: --directory`,
    );
  }
  return lines.map((line) => {
    const [id = "", service = "", image = "", state] = line.split("\t");
    return { id, service, image, isRunning: state === "running" };
  });
}

/** The volume of each tree: of that name in the Compose file. Trees that none holds are left out. */
async function volumesOf(
  docker: Docker,
  tree: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const label = `label=com.docker.compose.project.working_dir=${tree}`;
  const [first = ""] = (
    await docker.must([
      "ps",
      "--all",
      "--filter",
      label,
      "--format",
      '{{.Label "com.docker.compose.project"}}',
    ])
  ).split("\n");
  const filter = `label=com.docker.compose.project=${first}`;
  const format = '{{.Label "com.docker.compose.volume"}}\t{{.Name}}';
  const said = await docker.must(["volume", "ls", "--filter", filter, "--format", format]);
  const all = said.split("\n").map((line) => line.split("\t") as [string, string]);
  return new Map(all.filter(([name]) => names.includes(name)));
}

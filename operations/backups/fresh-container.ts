import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { CouldNot, lastLine, type Docker, type Image, type Running } from "./docker";

/** How long a server may take to be there: a fresh one makes its cluster first. */
const startMs = 180_000;

/** Ends the server when its input ends: a drill that is killed leaves nothing behind. */
const supervisor = `"$@" </dev/null & child=$!; cat >/dev/null; kill -INT "$child"; wait "$child"`;

/** What a kind of server is started with, and how it is asked whether it is there. */
export interface ServerKind {
  readonly env: readonly string[];
  /** Words behind the image's own command. */
  readonly words: (image: Image) => readonly string[];
  /** Its version, in its own words; undefined as long as it does not answer. */
  readonly version: (docker: Docker, name: string) => Promise<string | undefined>;
}

/** A server in a fresh container without network: gone with whoever made it, unless it is to be kept. */
export class FreshContainer {
  private constructor(
    private readonly docker: Docker,
    readonly image: Image,
    readonly name: string,
    private readonly program: Running,
    readonly version: string,
  ) {}

  /**
   * Throws `CouldNot` where the image is not to be had or its server does not come up. `kept`: the name of a
   * container that stays, in the place of one of that name.
   */
  static async start(
    docker: Docker,
    imageName: string,
    kind: ServerKind,
    kept?: string,
  ): Promise<FreshContainer> {
    const image = await docker.image(imageName);
    const name = kept ?? `berth-drill-${randomBytes(6).toString("hex")}`;
    const shut = ["--network", "none", "--shm-size", "256m"];
    const env = kind.env.flatMap((each) => ["--env", each]);
    const words = [...image.command, ...kind.words(image)];
    let program: Running;
    if (kept === undefined) {
      program = docker.start([
        ...["run", "--interactive", "--rm", "--name", name, "--label", "berth=drill"],
        ...[...shut, ...env, "--entrypoint", "sh"],
        ...[image.name, "-c", supervisor, "sh", ...image.entrypoint, ...words],
      ]);
    } else {
      await docker.run(["rm", "--force", "--volumes", name]);
      const detached = ["run", "--detach", "--name", name, "--label", "berth=copy"];
      await docker.must([...detached, ...shut, ...env, image.name, ...words]);
      program = docker.start(["wait", name]);
    }
    program.stdout.resume();
    try {
      const version = await comesUp(docker, name, kind, program);
      return new FreshContainer(docker, image, name, program, version);
    } catch (error) {
      await end(docker, name, program);
      throw error;
    }
  }

  /** The container and all that it held are gone. */
  stop(): Promise<void> {
    return end(this.docker, this.name, this.program);
  }

  /** It stays, and this command may end. */
  leave(): void {
    this.program.kill();
  }
}

async function comesUp(
  docker: Docker,
  name: string,
  kind: ServerKind,
  program: Running,
): Promise<string> {
  let ended = false;
  void program.ended.then(() => (ended = true));
  const until = Date.now() + startMs;
  while (!ended && Date.now() < until) {
    const version = await kind.version(docker, name);
    if (version !== undefined) return version;
    await sleep(300);
  }
  throw new CouldNot(`a fresh server did not come up: ${lastLine(program.complaint())}`);
}

async function end(docker: Docker, name: string, program: Running): Promise<void> {
  program.stdin.end();
  await docker.run(["rm", "--force", "--volumes", name]);
  await program.ended;
}

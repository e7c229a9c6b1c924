import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { CouldNot, lastLine, type Docker, type Image, type Running } from "./docker";
import { Server } from "./server";

/** How long a server may take to be there: a fresh one makes its cluster first. */
const startMs = 180_000;

/** Ends the server when its input ends: a drill that is killed leaves nothing behind. */
const supervisor = `"$@" </dev/null & child=$!; cat >/dev/null; kill -INT "$child"; wait "$child"`;

/** A server in a fresh container without network: gone with whoever made it, unless it is to be kept. */
export class FreshServer extends Server {
  private constructor(
    docker: Docker,
    readonly image: Image,
    name: string,
    private readonly program: Running,
    /** Its version, in its own words. */
    readonly version: string,
  ) {
    super(docker, name, image.name);
  }

  /**
   * Throws `CouldNot` where the image is not to be had or its server does not come up. `kept`: the name of a
   * container that stays, in the place of one of that name.
   */
  static async start(docker: Docker, imageName: string, kept?: string): Promise<FreshServer> {
    const image = await docker.image(imageName);
    const name = kept ?? `berth-drill-${randomBytes(6).toString("hex")}`;
    // All of a database is loaded as one: as many locks as it has things.
    const locks = image.command[0] === "postgres" ? ["-c", "max_locks_per_transaction=4096"] : [];
    const shut = ["--network", "none", "--shm-size", "256m"];
    // Nobody reaches it but through Docker.
    const login = ["--env", "POSTGRES_HOST_AUTH_METHOD=trust", "--env", "POSTGRES_USER=postgres"];
    const words = [...image.command, ...locks];
    let program: Running;
    if (kept === undefined) {
      program = docker.start([
        ...["run", "--interactive", "--rm", "--name", name, "--label", "berth=drill"],
        ...[...shut, ...login, "--entrypoint", "sh"],
        ...[image.name, "-c", supervisor, "sh", ...image.entrypoint, ...words],
      ]);
    } else {
      await docker.run(["rm", "--force", "--volumes", name]);
      const detached = ["run", "--detach", "--name", name, "--label", "berth=copy"];
      await docker.must([...detached, ...shut, ...login, image.name, ...words]);
      program = docker.start(["wait", name]);
    }
    program.stdout.resume();
    try {
      const version = await comesUp(docker, name, program);
      return new FreshServer(docker, image, name, program, version);
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

async function comesUp(docker: Docker, name: string, program: Running): Promise<string> {
  let ended = false;
  void program.ended.then(() => (ended = true));
  const until = Date.now() + startMs;
  // By its port: while a cluster is being made there is a server at the socket that goes again.
  const ask = ["psql", "-XAtqU", "postgres", "-h", "127.0.0.1", "-c", "SHOW server_version"];
  while (!ended && Date.now() < until) {
    const { code, stdout } = await docker.run(["exec", name, ...ask, "template1"]);
    if (code === 0) return stdout.trim();
    await sleep(300);
  }
  throw new CouldNot(`a fresh server did not come up: ${lastLine(program.complaint())}`);
}

async function end(docker: Docker, name: string, program: Running): Promise<void> {
  program.stdin.end();
  await docker.run(["rm", "--force", "--volumes", name]);
  await program.ended;
}

import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

import { runProgram, type Ended } from "../../engine/program";

/** Something that kept a drill from judging: never a word about the archive. */
export class CouldNot extends Error {}

/** A program that runs, whose streams are this process's to feed and read. */
export interface Running {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Its exit status; 127 where it could not be started. */
  readonly ended: Promise<number>;
  /** The last lines of its standard error. */
  readonly complaint: () => string;
  readonly kill: () => void;
}

/** Standard error that is kept of one program. */
const complaintLimit = 16 * 1024;

/**
 * The `docker` command of this computer, by whatever context or `DOCKER_HOST` the person has. Nothing of this
 * computer is mounted anywhere: what containers get and give comes through their streams, so that Docker may be
 * on another computer.
 */
export class Docker {
  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** One command to its end, whatever its status. Throws `CouldNot` where there is no `docker`. */
  run(args: readonly string[], input?: string): Promise<Ended> {
    const how = { env: this.env, limitBytes: 64 * 1024 * 1024 };
    return runProgram("docker", args, input === undefined ? how : { ...how, input }).catch(() => {
      throw new CouldNot("docker is not on PATH");
    });
  }

  /** What a command prints that succeeds. Throws `CouldNot` with its words. */
  async must(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, input);
    if (code === 0) return stdout;
    throw new CouldNot(`docker ${args[0]}: ${lastLine(stderr) || `it ended with ${code}`}`);
  }

  /** A command whose streams stay open. Its standard error is kept, the end of it, or told line by line. */
  start(args: readonly string[], onError?: (chunk: Buffer) => void): Running {
    const child = spawn("docker", args, { env: this.env, stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      onError?.(chunk);
      said = `${said}${chunk.toString("utf8")}`.slice(-complaintLimit);
    });
    // Who does not read its input closes it; the status tells the story.
    child.stdin.on("error", () => undefined);
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      ended: endOf(child),
      complaint: () => said.trim(),
      kill: () => void child.kill("SIGKILL"),
    };
  }

  /** Has an image there, and answers its id and how it is started. Throws `CouldNot` where it is not to be had. */
  async image(name: string): Promise<Image> {
    const inspect = ["image", "inspect", "--format", "{{.Id}} {{json .Config}}", name];
    let found = await this.run(inspect);
    if (found.code !== 0) {
      const pulled = await this.run(["pull", "--quiet", name]);
      if (pulled.code !== 0) {
        throw new CouldNot(`the image ${name} is not to be had here: ${lastLine(pulled.stderr)}`);
      }
      found = await this.run(inspect);
    }
    const [id = "", ...config] = found.stdout.trim().split(" ");
    const { Entrypoint, Cmd } = JSON.parse(config.join(" ")) as Record<string, string[] | null>;
    return { name, id, entrypoint: Entrypoint ?? [], command: Cmd ?? [] };
  }
}

/** An image that is there. */
export interface Image {
  readonly name: string;
  /** `sha256:…` */
  readonly id: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/** The last line of what a program said that is no empty one, and not Docker's word where to read more. */
export function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !hint.test(line)) ?? "";
}

const hint = /^(See|Run) 'docker .*--help'/;

/** Writes all of it, as fast as it is taken. Reads on to the end where nobody takes it any more. */
export async function pour(from: AsyncIterable<Buffer>, to: Writable): Promise<void> {
  for await (const chunk of from) {
    if (to.destroyed || to.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        to.off("drain", go).off("close", go);
        resolve();
      };
      to.on("drain", go).on("close", go);
    });
  }
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code) => resolve(code ?? 137));
  });
}

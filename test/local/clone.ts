import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { repository } from "../../rehearsal/paths";

/** How a command of package.json ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * This clone with a local cloud of its own in a scratch directory, driven as a person would: by
 * the commands behind `npm run local` and `npm run rehearse`.
 */
export class Clone {
  readonly directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "berth-local-")), "cloud");

  readonly local = (...argv: string[]): Promise<Ended> => this.run("rehearsal/local", argv);
  readonly rehearse = (...argv: string[]): Promise<Ended> => this.run("rehearsal/rehearse", argv);

  start(module: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const entry = path.join(repository, "tools", "setup", "run.js");
    return spawn(process.execPath, [entry, module, ...argv], {
      cwd: repository,
      env: {
        ...process.env,
        BERTH_LOCAL_DIR: this.directory,
        // What is tested here takes seconds with records; booting is tested with the hosts.
        BERTH_LOCAL_MACHINES: "recorded",
        ...env,
      },
    });
  }

  run(module: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const child = this.start(module, argv, env);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  }

  read<T>(name: string): T {
    return JSON.parse(fs.readFileSync(path.join(this.directory, name), "utf8")) as T;
  }

  /** The local cloud's process. */
  started(): { pid: number; started: string } {
    return this.read("started.json");
  }

  pid(): number {
    return this.started().pid;
  }

  async remove(): Promise<void> {
    await this.rehearse("--down");
    fs.rmSync(path.dirname(this.directory), { recursive: true, force: true });
  }
}

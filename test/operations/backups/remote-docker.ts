import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { thisComputer } from "../../../packages/local-cloud/ground/computer";
import { imageService } from "../../../packages/local-cloud/images";
import { Yard, type Visit } from "../../machine/yard";

/** The `docker` of a booted machine, by a command of this computer, as a context of Docker's for another host has it. */
export class RemoteDocker {
  readonly yard = new Yard();
  /** Where the command is: the first of a PATH. */
  path!: string;

  async open(): Promise<void> {
    const { yard } = this;
    await yard.open({ services: [imageService(thisComputer())] });
    const address = await yard.create("docker", 0, { docker: true });
    await yard.machines.ready("docker", "booted");
    const visit = { login: "root", address, pinned: yard.boot.public, mine: yard.deployer };
    this.path = dockerBy(yard, visit);
  }

  /** A script as root on that machine; what it says. */
  async on(script: string, input = ""): Promise<string> {
    const done = await this.yard.machines.exec("docker", ["bash", "-c", script], input);
    if (done.code !== 0) throw new Error(`${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  clear(): Promise<void> {
    return this.yard.clear();
  }
}

/** A directory with a `docker` that is a machine's, as a context of Docker's for another host has it. */
export function dockerBy(yard: Yard, visit: Visit): string {
  const directory = join(yard.ground.directory, "bin");
  mkdirSync(directory);
  const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  const client = yard.client(visit).map(quoted).join(" ");
  writeFileSync(
    join(directory, "docker"),
    `#!/bin/bash\nexec ${client} "docker$(printf ' %q' "$@")"\n`,
    { mode: 0o755 },
  );
  return directory;
}

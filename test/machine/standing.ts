import { expect } from "vitest";

import { statuses, type MachineDeclaration } from "../../components/machine/script";
import type { GatewayService } from "../../packages/local-cloud/hosts";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import { Yard } from "./yard";

/** A booted machine with a Docker, entered and brought to what a test declares. */
export abstract class Standing {
  readonly yard: Yard = new Yard();
  readonly id: string = "1001";
  address!: string;
  key!: string;

  /** What the machine shall be, beside what every machine is. */
  protected abstract get wanted(): Partial<MachineDeclaration>;

  /** What it finds at its gateway beside. */
  protected get services(): readonly GatewayService[] {
    return [];
  }

  /** `ground`: a script that runs on it before its first converge, whose outcome is answered. */
  protected async stand(ground?: string): Promise<Finished> {
    await this.yard.open({ services: this.services });
    return this.arrive(ground);
  }

  /** The same in a yard that is open. `n`: which of its machines. */
  protected async arrive(ground?: string, n = 0): Promise<Finished> {
    this.address = await this.yard.create(this.id, n, { docker: true });
    await this.yard.machines.ready(this.id, "booted");
    this.key = await this.yard.enter(this.address);
    if (ground !== undefined) await this.onHost(ground);
    const done = await this.converge();
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    return done;
  }

  /** One converge; `changes` to what is declared for this one alone. */
  converge(
    changes: Partial<MachineDeclaration> = {},
    options: { readonly check?: boolean } = {},
  ): Promise<Finished> {
    const declaration = this.yard.declaration({ ...this.wanted, ...changes });
    return this.yard.converge(this.address, this.key, declaration, options);
  }

  /** A script as root on the machine, whatever its status. */
  exec(script: string, input = ""): Promise<Finished> {
    return this.yard.machines.exec(this.id, ["bash", "-c", script], input);
  }

  /** What a script says that succeeds. */
  async onHost(script: string, input = ""): Promise<string> {
    const done = await this.exec(script, input);
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    return done.stdout;
  }
}

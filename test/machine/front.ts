import { expect } from "vitest";

import { statuses, type MachineDeclaration } from "../../components/machine/script";
import type { Site } from "../../components/placement/sites";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import { application } from "./application";
import { visit, type Reply, type Visit } from "./visits";
import { Yard } from "./yard";

/** A site of three names. */
export const site = (slug: string, httpPort: number, changes: Partial<Site> = {}): Site => ({
  slug,
  httpPort,
  serve: [`${slug}.example.org`, `www.${slug}.example.org`],
  redirect: [`old-${slug}.example.org`],
  hidden: false,
  external: false,
  ...changes,
});

/** All names of a site. */
export const namesOf = ({ serve, redirect }: Site): readonly string[] => [...serve, ...redirect];

export const kmc = site("kmc", 18_015, { hidden: true });
export const shop = site("shop", 18_016);
export const clinic = site("clinic", 18_017, { external: true });

/** A booted machine that serves sites, of which `kmc` has an application. */
export class Front {
  readonly yard = new Yard();
  readonly id = "1001";
  address!: string;
  key!: string;
  /** Unguarded, so that a test reaches it without being the edge. */
  declared: Partial<MachineDeclaration> = {
    manage: ["people", "proxy", "deploy"],
    sites: [clinic, kmc, shop],
  };

  async open(): Promise<void> {
    await this.yard.open();
    this.address = await this.yard.create(this.id, 0, { docker: true });
    await this.yard.machines.ready(this.id, "booted");
    this.key = await this.yard.enter(this.address);
    const done = await this.converge();
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toContain("changed: proxy image: missing\n");
    await this.onHost(application(kmc.httpPort));
  }

  /** One converge; `changes` to what is declared for this one alone. */
  converge(
    changes: Partial<MachineDeclaration> = {},
    options: { readonly check?: boolean } = {},
  ): Promise<Finished> {
    const declaration = this.yard.declaration({ ...this.declared, ...changes });
    return this.yard.converge(this.address, this.key, declaration, options);
  }

  /** A script as root on the machine, whatever its status. */
  exec(script: string, input = ""): Promise<Finished> {
    return this.yard.machines.exec(this.id, ["bash", "-c", script], input);
  }

  /** What a script says that succeeds. */
  async onHost(script: string, input = ""): Promise<string> {
    const done = await this.exec(script, input);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  }

  ask(asked: Visit): Promise<Reply> {
    return visit(this.address, asked);
  }

  /** Brings a certificate, as a deployment does. */
  bring(slug: string, pem: string): Promise<Finished> {
    return this.exec(`berth-proxy certificate ${slug}`, pem);
  }
}

import { expect } from "vitest";

import type { MachineDeclaration } from "../../components/machine/script";
import type { Site } from "../../components/placement/sites";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import { application } from "./application";
import { Standing } from "./standing";
import { visit, type Reply, type Visit } from "./visits";

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
export class Front extends Standing {
  /** Unguarded, so that a test reaches it without being the edge. */
  declared: Partial<MachineDeclaration> = {
    manage: ["people", "proxy", "deploy"],
    sites: [clinic, kmc, shop],
  };

  protected get wanted(): Partial<MachineDeclaration> {
    return this.declared;
  }

  async open(): Promise<void> {
    const done = await this.stand();
    expect(done.stdout).toContain("changed: proxy image: missing\n");
    await this.onHost(application(kmc.httpPort));
  }

  ask(asked: Visit): Promise<Reply> {
    return visit(this.address, asked);
  }

  /** Brings a certificate, as a deployment does. */
  bring(slug: string, pem: string): Promise<Finished> {
    return this.exec(`berth-proxy certificate ${slug}`, pem);
  }
}

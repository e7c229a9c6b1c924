import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import type { Reached } from "../machine/connection";
import type { EdgeIdentity } from "./edge-identity";
import { proxySession } from "./proxy-session";

/** Whose names, and the machine that they lead to. */
export interface OriginPullsArgs {
  /** Slug of the project. */
  readonly project: string;
  /** Its slug on the machine. */
  readonly site: string;
  /** All names that visitors use, with their zones. */
  readonly names: readonly {
    readonly name: string;
    readonly zone: string;
    readonly zoneId: string;
  }[];
  readonly identity: EdgeIdentity;
  readonly machine: Reached;
  /** What must be done before the edge can be seen at the machine: its names lead there, over TLS. */
  readonly after: readonly pulumi.Resource[];
  /** Whether the machine may come to demand the certificate in this update. */
  readonly demanded: boolean;
}

/**
 * Has the edge show itself to the machine that serves a project, and the machine demand it: who comes past
 * Cloudflare is refused (authenticated origin pulls, for each hostname).
 *
 * In the order that loses no visitor: the edge shows its certificate, the proxy asks for it and serves
 * those without, and demands it once it saw the edge come with it under each name, in a request that goes
 * the way a visitor's goes. An edge that is not seen leaves the proxy as it was and fails the update.
 */
export class OriginPulls extends pulumi.ComponentResource {
  constructor(name: string, args: OriginPullsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, site, names, identity, machine, after, demanded } = args;
    super("berth:edge:OriginPulls", name, { project, names: names.map((each) => each.name) }, opts);
    const own = { parent: this };
    const shown = names.map(
      (each) =>
        new cloudflare.AuthenticatedOriginPulls(
          `${name}-${each.name}`,
          {
            zoneId: each.zoneId,
            configs: [
              { hostname: each.name, certId: identity.certificateIn(each.zone), enabled: true },
            ],
          },
          own,
        ),
    );
    if (demanded) {
      proxySession(
        `${name}-demanded`,
        {
          ...{ command: "origin-pulls", site, machine, stdin: identity.authority },
          // Another name has not seen the edge yet.
          triggers: [names.map((each) => each.name).join(" ")],
        },
        { ...own, dependsOn: [...after, ...shown] },
      );
    }
    this.registerOutputs({});
  }
}

import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

import { settingsPhase, withStrict, type ZoneRule } from "./strict-rule";

/** A zone, and what of it may be strict. */
export interface ZoneTlsArgs {
  /** The zone's name. */
  readonly zone: string;
  /** Its id at Cloudflare. */
  readonly zoneId: string;
  /** Names that were, or by `after` will be, seen to serve a certificate that strict accepts. */
  readonly hostnames: readonly string[];
  /** Rules that the zone has already, Berth's own among them. */
  readonly found: readonly ZoneRule[];
  /** The ruleset that holds them, where this stack's state has none. */
  readonly importId?: string | undefined;
  /** This stack's state has the ruleset. */
  readonly isOwn: boolean;
  /** Every proxied name of the zone is among `hostnames`: the zone itself may be strict. */
  readonly whole: boolean;
  /** What must be done before the edge verifies anything. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * How Cloudflare's edge talks to the origins of a zone (R27): a rule that demands a verified certificate of
 * the names that were seen to serve one, and, once these are all proxied names of the zone, its mode strict,
 * and custom, so that Cloudflare does not change it by itself. A zone holds sites that are not ours, so its
 * mode is never loosened, and of its rules none is lost.
 *
 * Declared by the one stack that names the zone (`berth:zones`). The resources stay when it no longer does:
 * Cloudflare keeps a setting that is not declared any more.
 */
export class ZoneTls extends pulumi.ComponentResource {
  constructor(name: string, args: ZoneTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { zone, zoneId, hostnames, found, importId, isOwn, whole, after } = args;
    super("berth:edge:ZoneTls", name, { zone, hostnames: [...hostnames] }, opts);
    const own = { parent: this, dependsOn: [...after] };
    if (hostnames.length > 0 || isOwn) {
      new cloudflare.Ruleset(
        `${name}-rules`,
        {
          zoneId,
          kind: "zone",
          name: "default",
          phase: settingsPhase,
          rules: [...withStrict(found, hostnames)] as cloudflare.types.input.RulesetRule[],
        },
        // What the ruleset is called is whose it was.
        {
          ...own,
          ignoreChanges: ["name", "description"],
          retainOnDelete: true,
          ...(importId === undefined ? {} : { import: importId }),
        },
      );
    }
    if (whole) {
      const setting = (settingId: string, value: string) =>
        new cloudflare.ZoneSetting(`${name}-${settingId}`, { zoneId, settingId, value }, own);
      setting("ssl_automatic_mode", "custom");
      setting("ssl", "strict");
    }
    this.registerOutputs({});
  }
}

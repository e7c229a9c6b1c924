import type { Gap, LeftOut } from "../gap";
import { awsGaps } from "./aws";
import { cloudflareGaps } from "./cloudflare";
import { digitaloceanGaps } from "./digitalocean";
import { sdkGaps } from "./sdk";
import { tlsGaps } from "./tls";

/** Every accepted difference. */
export const gaps: readonly Gap[] = [
  ...awsGaps,
  ...cloudflareGaps,
  ...digitaloceanGaps,
  ...tlsGaps,
  ...sdkGaps,
];

/** Recorded types that the local cloud leaves out. */
export const leftOut: readonly LeftOut[] = [
  { type: "digitalocean:index/vpc:Vpc", reason: "the program uses the region's default network" },
  {
    type: "digitalocean:index/projectResources:ProjectResources",
    reason: "the program names a project's resources in the project itself",
  },
  {
    type: "cloudflare:index/record:Record",
    reason: "class of older versions; the program uses DnsRecord",
  },
  { type: "cloudflare:index/zone:Zone", reason: "the program looks zones up and makes none" },
  { type: "random:index/randomString:RandomString", reason: "the program uses no random provider" },
];

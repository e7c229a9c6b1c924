import { createHash } from "node:crypto";

import { allocate, release } from "../../../emulator/addresses";
import type { Context } from "../../../emulator/handler";
import type { Props } from "../../../emulator/values";
import { regionOf } from "../ids";
import { accountOf } from "../seed";

/** The default network of an account in a region, as AWS makes it: one subnet a zone. */
export interface DefaultNetwork {
  readonly vpcId: string;
  /** The group `default`, for instances that name none. */
  readonly groupId: string;
  readonly subnets: readonly { readonly id: string; readonly zone: string }[];
}

/** The default network of the region that `inputs` or the provider names. */
export function defaultNetwork(inputs: Props, context: Context): DefaultNetwork {
  const region = regionOf(inputs, context);
  const id = (prefix: string, what: string) =>
    `${prefix}-0${createHash("sha256")
      .update(`${accountOf(context.world)} ${region} ${what}`)
      .digest("hex")
      .slice(0, 16)}`;
  const zones = region === "ca-central-1" ? ["a", "b", "d"] : ["a", "b", "c"];
  return {
    vpcId: id("vpc", "default"),
    groupId: id("sg", "default"),
    subnets: zones.map((letter) => ({ id: id("subnet", letter), zone: `${region}${letter}` })),
  };
}

/**
 * Whether the account has its default network in a region. Hardened accounts have deleted it, which is
 * rehearsed by `aws/default-vpc` `<region>` `{ deleted: true }`.
 */
export function hasDefaultNetwork(inputs: Props, context: Context): boolean {
  const region = regionOf(inputs, context);
  return context.world.get("aws/default-vpc", region)?.data["deleted"] !== true;
}

/** Public DNS name of an address, which in us-east-1 has a form of its own. */
export function publicDns(address: string, region: string): string {
  if (address === "") return "";
  const host = `ec2-${address.replaceAll(".", "-")}`;
  return region === "us-east-1"
    ? `${host}.compute-1.amazonaws.com`
    : `${host}.${region}.compute.amazonaws.com`;
}

/** Private DNS name of an address. */
export function privateDns(address: string, region: string): string {
  const host = `ip-${address.replaceAll(".", "-")}`;
  return region === "us-east-1" ? `${host}.ec2.internal` : `${host}.${region}.compute.internal`;
}

/** A private address of the default network, `172.31.x.y`, never given twice in a world. */
export function nextPrivateAddress(context: Context): string {
  const number = context.world.next("aws/private-address", 16);
  return `172.31.${Math.floor(number / 250) % 250}.${(number % 250) + 4}`;
}

/**
 * A public address for `owner` (`aws/eip/eipalloc-…`), the same one when asked again. From the
 * range that all clouds share: the machine behind it really answers there.
 */
export function publicAddress(owner: string, context: Context): string {
  return allocate(context.world, owner);
}

/** The instance's own address; lost at a stop, and while an Elastic IP stands in its place. */
export function ownAddress(instanceId: string, context: Context): string {
  return publicAddress(`aws/instance/${instanceId}`, context);
}

/** Gives the instance's own address back; no error when it has none. */
export function dropOwnAddress(instanceId: string, context: Context): void {
  const held = context.world.find(
    "local/address",
    (data) => data["owner"] === `aws/instance/${instanceId}`,
  );
  if (held) release(context.world, held.id);
}

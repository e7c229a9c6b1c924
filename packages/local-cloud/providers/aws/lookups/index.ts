import type { InvokeHandler } from "../../../emulator/handler";
import { getAmi } from "./ami";
import { getCloudControlResource } from "./cloud-control";
import { getCallerIdentity, getRegion } from "./caller";
import { getBucket } from "./bucket";
import { getInstance, getInstances } from "./instance";
import { getEips, getSubnets, getVpcs } from "./network";
import { getParameter } from "./parameter";
import { getServiceQuota } from "./quota";
import { getSnapshot } from "./snapshot";

/** Functions of the provider, by token. */
export const lookups: Readonly<Record<string, InvokeHandler>> = {
  "aws:ssm/getParameter:getParameter": getParameter,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:ec2/getAmi:getAmi": getAmi,
  "aws:cloudcontrol/getResource:getResource": getCloudControlResource,
  "aws:ec2/getInstance:getInstance": getInstance,
  "aws:ec2/getInstances:getInstances": getInstances,
  "aws:ebs/getSnapshot:getSnapshot": getSnapshot,
  "aws:ec2/getEips:getEips": getEips,
  "aws:ec2/getSubnets:getSubnets": getSubnets,
  "aws:ec2/getVpcs:getVpcs": getVpcs,
  "aws:s3/getBucket:getBucket": getBucket,
  "aws:servicequotas/getServiceQuota:getServiceQuota": getServiceQuota,
};

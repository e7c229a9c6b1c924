import type { InvokeHandler } from "../../../emulator/handler";
import { getAmi } from "./ami";
import { getCloudControlResource } from "./cloud-control";
import { getCallerIdentity, getRegion } from "./caller";
import { getParameter } from "./parameter";

/** Functions of the provider, by token. */
export const lookups: Readonly<Record<string, InvokeHandler>> = {
  "aws:ssm/getParameter:getParameter": getParameter,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:ec2/getAmi:getAmi": getAmi,
  "aws:cloudcontrol/getResource:getResource": getCloudControlResource,
};

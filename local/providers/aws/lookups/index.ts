import type { InvokeHandler } from "../../../emulator/handler";
import { getAmi } from "./ami";
import { getCloudControlResource } from "./cloud-control";
import { getCallerIdentity, getRegion } from "./caller";
import { getInstance } from "./instance";
import { getParameter } from "./parameter";
import { getSnapshot } from "./snapshot";

/** Functions of the provider, by token. */
export const lookups: Readonly<Record<string, InvokeHandler>> = {
  "aws:ssm/getParameter:getParameter": getParameter,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:ec2/getAmi:getAmi": getAmi,
  "aws:cloudcontrol/getResource:getResource": getCloudControlResource,
  "aws:ec2/getInstance:getInstance": getInstance,
  "aws:ebs/getSnapshot:getSnapshot": getSnapshot,
};

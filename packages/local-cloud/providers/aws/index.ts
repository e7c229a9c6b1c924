import type { Provider } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { checkConfig, configure } from "./config";
import { amiFromInstance } from "./ec2/ami-from-instance";
import { eip } from "./ec2/eip";
import { eipAssociation } from "./ec2/eip-association";
import { instance } from "./ec2/instance";
import { keyPair } from "./ec2/key-pair";
import { securityGroup } from "./ec2/security-group";
import { egressRule, ingressRule } from "./ec2/security-group-rule";
import { snapshot } from "./ec2/snapshot";
import { accessKey } from "./iam/access-key";
import { group } from "./iam/group";
import { groupPolicy } from "./iam/group-policy";
import { user } from "./iam/user";
import { userPolicy } from "./iam/user-policy";
import { lookups } from "./lookups";
import { awsResource } from "./resource";
import { bucket } from "./s3/bucket";
import { bucketLifecycle } from "./s3/lifecycle";
import * as settings from "./s3/settings";

const tables: readonly ResourceTable[] = [
  instance,
  eip,
  eipAssociation,
  securityGroup,
  ingressRule,
  egressRule,
  keyPair,
  snapshot,
  amiFromInstance,
  bucket,
  bucketLifecycle,
  settings.bucketEncryption,
  settings.bucketObjectLock,
  settings.bucketOwnershipControls,
  settings.bucketPolicy,
  settings.bucketPublicAccessBlock,
  settings.bucketVersioning,
  user,
  userPolicy,
  accessKey,
  group,
  groupPolicy,
];

/** AWS as @pulumi/aws 7.48.0 shows it: what hosts and backups need of EC2, S3 and IAM. */
export const aws: Provider = {
  name: "aws",
  version: "7.48.0",
  resources: tables.map(awsResource),
  invokes: lookups,
  capabilities: { supportsPreview: true, acceptSecrets: true, supportsAutonaming: true },
  secretConfig: ["accessKey", "secretKey", "token"],
  checkConfig,
  configure,
};

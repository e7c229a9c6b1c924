import { snake } from "../../../emulator/check";
import type { Context, Subject } from "../../../emulator/handler";
import type { Field, ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { failed } from "../errors";
import { ec2Arn, newId, regionOf } from "../ids";
import { region, tags } from "../resource";
import { accountOf } from "../seed";
import { defaultNetwork, hasDefaultNetwork } from "./network";
import { groupsOf, refreshGroup } from "./openings";

const kind = "aws/security-group";

const inlineRule: Readonly<Record<string, Field>> = {
  cidrBlocks: { type: "list", absent: [] },
  description: { type: "string", absent: "" },
  fromPort: { type: "integer", required: true },
  ipv6CidrBlocks: { type: "list", absent: [] },
  prefixListIds: { type: "list", absent: [] },
  protocol: { type: "string", required: true },
  securityGroups: { type: "set", absent: [] },
  self: { type: "boolean", default: false },
  toPort: { type: "integer", required: true },
};

/** AWS keeps `sg-` for its own ids. */
function reservedStart(value: unknown, _subject: Subject, place: string): string | undefined {
  return typeof value === "string" && value.startsWith("sg-")
    ? `invalid value for ${snake(place)} (cannot begin with sg-)`
    : undefined;
}

/** Security groups. The provider removes the open egress rule that AWS gives a new group. */
export const securityGroup: ResourceTable = {
  type: "aws:ec2/securityGroup:SecurityGroup",
  style: "sdkv2",
  kind,
  autoName: "name",
  autoNamePrefix: "namePrefix",
  inputs: {
    region,
    ...tags,
    name: { type: "string", computed: true, forceNew: true, refuse: reservedStart },
    namePrefix: { type: "string", computed: true, forceNew: true, refuse: reservedStart },
    description: { type: "string", forceNew: true, default: "Managed by Pulumi" },
    vpcId: { type: "string", computed: true, forceNew: true },
    ingress: { type: "set", computed: true, fields: inlineRule },
    egress: { type: "set", computed: true, fields: inlineRule },
    revokeRulesOnDelete: { type: "boolean", default: false },
  },
  outputs: { arn: UNKNOWN, ownerId: UNKNOWN },
  api: {
    create(inputs, _planned, context) {
      const prefix = inputs["namePrefix"];
      // The provider adds 26 digits: the time and a number.
      const name = String(
        inputs["name"] ??
          `${String(prefix)}${String(context.world.next("aws/name", 1)).padStart(26, "0")}`,
      );
      if (inputs["vpcId"] === undefined && !hasDefaultNetwork(inputs, context)) {
        throw failed(`creating Security Group (${name})`, {
          service: "EC2",
          action: "CreateSecurityGroup",
          status: 400,
          code: "VPCIdNotSpecified",
          message: "No default VPC for this user",
        });
      }
      const vpcId = String(inputs["vpcId"] ?? defaultNetwork(inputs, context).vpcId);
      const taken = context.world.find(
        kind,
        (data) => data["name"] === name && data["vpcId"] === vpcId,
      );
      if (taken) {
        throw failed(`creating Security Group (${name})`, {
          service: "EC2",
          action: "CreateSecurityGroup",
          status: 400,
          code: "InvalidGroup.Duplicate",
          message: `The security group '${name}' already exists for VPC '${vpcId}'`,
        });
      }
      const id = newId("sg");
      return {
        id,
        outputs: {
          arn: ec2Arn(inputs, context, `security-group/${id}`),
          ingress: inputs["ingress"] ?? [],
          egress: inputs["egress"] ?? [],
          name,
          namePrefix: prefix ?? "",
          ownerId: accountOf(context.world),
          region: regionOf(inputs, context),
          vpcId,
        },
      };
    },
    async update(id, { planned }, context) {
      context.world.patch(kind, id, planned);
      await refreshGroup(id, context);
      return planned;
    },
    delete(id, _outputs, context) {
      if (inUse(id, context)) {
        throw failed(`deleting Security Group (${id})`, {
          service: "EC2",
          action: "DeleteSecurityGroup",
          status: 400,
          code: "DependencyViolation",
          message: `resource ${id} has a dependent object`,
        });
      }
      // A group takes its rules with it.
      for (const rules of ["aws/ingress-rule", "aws/egress-rule"]) {
        for (const rule of context.world.list(rules)) {
          if (rule.data["securityGroupId"] === id) context.world.remove(rules, rule.id);
        }
      }
    },
  },
};

function inUse(id: string, context: Context): boolean {
  const byInstance = context.world.find("aws/instance", (data) => groupsOf(data).includes(id));
  const byRule = ["aws/ingress-rule", "aws/egress-rule"].some((rules) =>
    context.world.find(
      rules,
      (data) => data["referencedSecurityGroupId"] === id && data["securityGroupId"] !== id,
    ),
  );
  return byInstance !== undefined || byRule;
}

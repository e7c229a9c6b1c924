import type { Context } from "../../../emulator/handler";
import type { Field, ResourceTable } from "../../../emulator/table";
import { UNKNOWN, type Props } from "../../../emulator/values";
import { frameworkFailed } from "../errors";
import { ec2Arn, newId, regionOf } from "../ids";
import { region, tags } from "../resource";
import { refreshGroup } from "./openings";

/** The members that make two rules of one group the same. */
const identity = [
  "ipProtocol",
  "fromPort",
  "toPort",
  "cidrIpv4",
  "cidrIpv6",
  "prefixListId",
  "referencedSecurityGroupId",
] as const;

const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;

const inputs: Readonly<Record<string, Field>> = {
  region,
  ...tags,
  securityGroupId: { type: "string", required: true, forceNew: true },
  ipProtocol: {
    type: "string",
    required: true,
    // The API knows protocols by name or number and answers with the name.
    same: (state, input) => protocolName(state) === protocolName(input),
  },
  fromPort: { type: "integer" },
  toPort: { type: "integer" },
  cidrIpv4: { type: "string" },
  cidrIpv6: { type: "string" },
  prefixListId: { type: "string" },
  referencedSecurityGroupId: { type: "string" },
  description: { type: "string" },
};

/** One inbound rule of one source; `aws_vpc_security_group_ingress_rule`. */
export const ingressRule: ResourceTable = rule("Ingress");

/** One outbound rule of one destination; `aws_vpc_security_group_egress_rule`. */
export const egressRule: ResourceTable = rule("Egress");

function rule(direction: "Ingress" | "Egress"): ResourceTable {
  const kind = `aws/${direction.toLowerCase()}-rule`;
  return {
    type: `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
    style: "framework",
    kind,
    inputs,
    outputs: { arn: UNKNOWN, securityGroupRuleId: UNKNOWN },
    validate: (given, subject) => {
      const named = peers.filter((peer) => given[peer] !== undefined);
      if (named.length === 1) return [];
      const reason =
        named.length === 0
          ? `Missing Attribute Configuration. Exactly one of these attributes must be configured: [cidr_ipv4,cidr_ipv6,prefix_list_id,referenced_security_group_id]. Examine values at '${subject.name}'.`
          : `Invalid Attribute Combination. ${named.length} attributes specified when one (and only one) of [cidr_ipv4,cidr_ipv6,prefix_list_id,referenced_security_group_id] is required. Examine values at '${subject.name}'.`;
      return [{ property: "", reason }];
    },
    api: {
      async create(given, planned, context) {
        refuse(direction, kind, given, undefined, context);
        const id = newId("sgr");
        const outputs = {
          arn: ec2Arn(given, context, `security-group-rule/${id}`),
          securityGroupRuleId: id,
          region: regionOf(given, context),
          ipProtocol: protocolName(given["ipProtocol"]),
        };
        context.world.put(kind, id, { ...planned, ...outputs, id });
        await refreshGroup(String(given["securityGroupId"]), context);
        return { id, outputs };
      },
      async update(id, { news, planned }, context) {
        refuse(direction, kind, news, id, context);
        context.world.patch(kind, id, planned);
        await refreshGroup(String(news["securityGroupId"]), context);
        return planned;
      },
      async delete(id, outputs, context) {
        context.world.remove(kind, id);
        await refreshGroup(String(outputs["securityGroupId"]), context);
      },
    },
  };
}

function refuse(
  direction: string,
  kind: string,
  given: Props,
  ownId: string | undefined,
  context: Context,
): void {
  const refusal = (code: string, message: string) =>
    frameworkFailed("creating VPC Security Group Rule", {
      service: "EC2",
      action: `AuthorizeSecurityGroup${direction}`,
      status: 400,
      code,
      message,
    });
  const group = String(given["securityGroupId"]);
  if (!context.world.get("aws/security-group", group)) {
    throw refusal("InvalidGroup.NotFound", `The security group '${group}' does not exist`);
  }
  const cidr = given["cidrIpv4"];
  if (cidr !== undefined && !isCidr(String(cidr))) {
    throw refusal("InvalidParameterValue", `CIDR block ${String(cidr)} is malformed`);
  }
  const twin = context.world
    .list(kind)
    .find(
      ({ id, data }) =>
        id !== ownId &&
        data["securityGroupId"] === group &&
        identity.every((key) => same(key, data[key], given[key])),
    );
  if (twin) {
    throw refusal(
      "InvalidPermission.Duplicate",
      `the specified rule "peer: ${peerOf(given)}, ${describe(given)}, ALLOW" already exists`,
    );
  }
}

function same(key: string, a: unknown, b: unknown): boolean {
  if (key === "ipProtocol") return protocolName(a) === protocolName(b);
  return (a ?? null) === (b ?? null);
}

function peerOf(given: Props): string {
  return String(peers.map((peer) => given[peer]).find((value) => value !== undefined));
}

function describe(given: Props): string {
  const protocol = protocolName(given["ipProtocol"]);
  if (protocol === "-1") return "ALL";
  return `${protocol.toUpperCase()}, from port: ${String(given["fromPort"])}, to port: ${String(given["toPort"])}`;
}

/** A CIDR whose host bits are zero is what the API stores; others it refuses only if malformed. */
function isCidr(text: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  return (
    match !== null &&
    match.slice(1, 5).every((part) => Number(part) <= 255) &&
    Number(match[5]) <= 32
  );
}

function protocolName(value: unknown): string {
  const names: Readonly<Record<string, string>> = {
    "1": "icmp",
    "6": "tcp",
    "17": "udp",
    "58": "icmpv6",
    all: "-1",
  };
  const text = String(value).toLowerCase();
  return names[text] ?? text;
}

import type { OpeningInputs } from "../describe";

const rule = {
  port: [["fromPort", "toPort"]],
  protocol: "protocol",
  networks: ["cidrBlocks", "ipv6CidrBlocks", "cidrBlock", "ipv6CidrBlock", "cidrIpv4", "cidrIpv6"],
  lists: ["prefixListIds", "prefixListId"],
  machines: ["securityGroups", "sourceSecurityGroupId", "referencedSecurityGroupId", "self"],
} as const satisfies Omit<OpeningInputs, "types">;

/** What lets traffic in at AWS. Rules stand inside a group or list, or are resources of their own. */
export const openings: readonly OpeningInputs[] = [
  { ...rule, types: /^aws:ec2\/(default)?securityGroup:/i, rules: "ingress" },
  { ...rule, types: /^aws:ec2\/securityGroupRule:/, shut: { type: "egress" } },
  { ...rule, types: /^aws:vpc\/securityGroupIngressRule:/, protocol: "ipProtocol" },
  {
    ...rule,
    types: /^aws:ec2\/(default)?networkAcl:/i,
    rules: "ingress",
    shut: { action: "deny" },
  },
  { ...rule, types: /^aws:ec2\/networkAclRule:/, shut: { egress: true, ruleAction: "deny" } },
  {
    types: /^aws:(lb|alb|elasticloadbalancingv2|applicationloadbalancing)\/listener:/,
    port: ["port"],
    networks: [],
  },
];

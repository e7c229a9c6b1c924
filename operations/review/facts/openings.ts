import {
  at,
  isList,
  secret,
  textAt,
  unknown,
  type Value,
  type Values,
} from "../../../engine/values";

/** A way in from a network. */
export interface Opening {
  /** `8443`, `53/udp`, `all`, `5000-5010`. */
  readonly port: string;
  /** `anyone` for the whole internet, otherwise networks or what stands for some. */
  readonly who: string;
}

/** How each kind of resource that lets traffic in says so, by its type. */
const readers: readonly (readonly [RegExp, (inputs: Values) => readonly Opening[]])[] = [
  [/^digitalocean:index\/firewall:/, (inputs) => each(inputs, "inboundRules", ofDigitalOcean)],
  [
    /^digitalocean:index\/loadBalancer:/,
    (inputs) =>
      each(inputs, "forwardingRules", (rule) => [
        { port: portText(at(rule, "entryPort"), undefined), who: anyone },
      ]),
  ],
  [
    /^scaleway:(instance|index)\/(instanceS|s)ecurityGroup(Rules)?:/,
    (inputs) => [
      ...(textAt(inputs, "inboundDefaultPolicy") === "accept"
        ? [{ port: "all", who: anyone }]
        : []),
      ...each(inputs, "inboundRules", ofScaleway),
    ],
  ],
  [
    /^scaleway:(loadbalancers|index)\/(loadbalancerF|f)rontend:/,
    (inputs) => [{ port: portText(at(inputs, "inboundPort"), undefined), who: anyone }],
  ],
  [
    /^aws:ec2\/(default)?securityGroup:/i,
    (inputs) => each(inputs, "ingress", (rule) => ofAws(rule, at(rule, "protocol"))),
  ],
  [
    /^aws:ec2\/securityGroupRule:/,
    (inputs) => (textAt(inputs, "type") === "egress" ? [] : ofAws(inputs, at(inputs, "protocol"))),
  ],
  [/^aws:vpc\/securityGroupIngressRule:/, (inputs) => ofAws(inputs, at(inputs, "ipProtocol"))],
  [
    /^aws:ec2\/(default)?networkAcl:/i,
    (inputs) =>
      each(inputs, "ingress", (rule) =>
        textAt(rule, "action") === "deny" ? [] : ofAws(rule, at(rule, "protocol")),
      ),
  ],
  [
    /^aws:ec2\/networkAclRule:/,
    (inputs) =>
      at(inputs, "egress") === true || textAt(inputs, "ruleAction") === "deny"
        ? []
        : ofAws(inputs, at(inputs, "protocol")),
  ],
  [
    /^aws:(lb|alb|elasticloadbalancingv2|applicationloadbalancing)\/listener:/,
    (inputs) => [{ port: portText(at(inputs, "port"), undefined), who: anyone }],
  ],
];

const anyone = "anyone";

/** Whether a type lets traffic in, so that what it opens is read. */
export function opens(type: string): boolean {
  return readers.some(([pattern]) => pattern.test(type));
}

/** What a resource lets in; undefined for one that is no firewall and the like. */
export function openingsOf(type: string, inputs: Values): readonly Opening[] | undefined {
  return readers.find(([pattern]) => pattern.test(type))?.[1](inputs);
}

function each(
  inputs: Values,
  field: string,
  read: (rule: Value) => readonly Opening[],
): readonly Opening[] {
  const rules = at(inputs, field);
  if (rules === unknown || rules === secret)
    return [{ port: "what only the update knows", who: anyone }];
  return (isList(rules) ? rules : []).flatMap(read);
}

function ofDigitalOcean(rule: Value): readonly Opening[] {
  const others = [
    "sourceDropletIds",
    "sourceTags",
    "sourceLoadBalancerUids",
    "sourceKubernetesIds",
  ];
  const some = others.some((field) => listed(at(rule, field)));
  const port = portText(at(rule, "portRange"), at(rule, "protocol"));
  return [
    { port, who: whoFrom([at(rule, "sourceAddresses")], some ? "machines of the account" : "") },
  ];
}

function ofScaleway(rule: Value): readonly Opening[] {
  if (textAt(rule, "action") === "drop") return [];
  const range = at(rule, "portRange");
  const port = portText(
    range === "" || range === undefined ? at(rule, "port") : range,
    at(rule, "protocol"),
  );
  return [{ port, who: whoFrom([at(rule, "ipRange"), at(rule, "ip")], "") }];
}

function ofAws(rule: Value, protocol: Value | undefined): readonly Opening[] {
  const networks = [
    "cidrBlocks",
    "ipv6CidrBlocks",
    "cidrBlock",
    "ipv6CidrBlock",
    "cidrIpv4",
    "cidrIpv6",
  ];
  const lists = ["prefixListIds", "prefixListId"].some((field) => listed(at(rule, field)));
  const groups = ["securityGroups", "sourceSecurityGroupId", "referencedSecurityGroupId", "self"];
  const some = groups.some((field) => listed(at(rule, field)));
  const from = at(rule, "fromPort");
  const to = at(rule, "toPort");
  const all = protocol === "-1" || protocol === -1 || protocol === "all";
  const range = from === to || to === undefined ? from : `${shown(from)}-${shown(to)}`;
  return [
    {
      port: all ? "all" : portText(range, protocol),
      who: whoFrom(
        networks.map((field) => at(rule, field)),
        lists ? "a list of networks" : some ? "machines of the account" : "",
      ),
    },
  ];
}

/** Who comes from these networks; without any: what stands for them, else everybody. */
function whoFrom(sources: readonly (Value | undefined)[], instead: string): string {
  const known = sources.flatMap((source): readonly (Value | undefined)[] =>
    isList(source) ? source : [source],
  );
  if (known.some((source) => source === unknown || source === secret))
    return "networks that only the update knows";
  const networks = known.filter((source) => typeof source === "string" && source !== "");
  if (networks.some((network) => /\/0$/.test(String(network)))) return anyone;
  if (networks.length === 0) return instead === "" ? anyone : instead;
  const [first] = networks;
  return networks.length === 1 ? String(first) : `${networks.length} networks (${String(first)} …)`;
}

function listed(value: Value | undefined): boolean {
  if (isList(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== "";
}

function portText(port: Value | undefined, protocol: Value | undefined): string {
  const isTcp = typeof protocol !== "string" || /^(tcp|6)$/i.test(protocol);
  const suffix = isTcp ? "" : `/${protocol.toLowerCase()}`;
  if (port === unknown || port === secret) return `what only the update knows${suffix}`;
  const all = port === undefined || port === null || port === "" || port === "all" || port === "0";
  return `${all ? "all" : shown(port)}${suffix}`;
}

function shown(value: Value | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "?";
}

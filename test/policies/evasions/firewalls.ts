import { unknown } from "../../../engine/values";
import { change, foreign, type Evasion } from "./evasion";

/** Ways to open a port, or a database. */
export const firewalls: readonly Evasion[] = [
  [
    "a range written backwards",
    "keep-other-ports-closed",
    change("club-firewall", { inboundRules: [{ protocol: "tcp", portRange: "443-22" }] }),
  ],
  [
    "a range without end",
    "keep-other-ports-closed",
    change("club-firewall", { inboundRules: [{ protocol: "tcp", portRange: "443-" }] }),
  ],
  [
    "two ports in one text",
    "keep-other-ports-closed",
    change("club-firewall", { inboundRules: [{ protocol: "tcp", portRange: "22,9000" }] }),
  ],
  [
    "every protocol under a number of its own",
    "keep-other-ports-closed",
    change("portal-firewall", { ingress: [{ protocol: "47", fromPort: 22, toPort: 22 }] }),
  ],
  [
    "a range beside an allowed port",
    "keep-other-ports-closed",
    change("shop-firewall", {
      inboundRules: [{ action: "accept", protocol: "TCP", port: 22, portRange: "8000-9000" }],
    }),
  ],
  [
    "any protocol on an allowed port",
    "keep-other-ports-closed",
    change("shop-firewall", { inboundRules: [{ action: "accept", protocol: "ANY", port: 22 }] }),
  ],
  [
    "rules written elsewhere",
    "keep-other-ports-closed",
    change("shop-firewall", { externalRules: true }),
  ],
  [
    "bounds turned round",
    "keep-other-ports-closed",
    change("portal-firewall", { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 22 }] }),
  ],
  [
    "half of the world twice",
    "keep-web-behind-edge",
    change("portal-firewall", {
      ingress: [
        { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"] },
      ],
    }),
  ],
  [
    "a network that only begins as the edge's",
    "keep-web-behind-edge",
    change("club-firewall", {
      inboundRules: [{ protocol: "tcp", portRange: "443", sourceAddresses: ["104.16.0.0/12"] }],
    }),
  ],
  [
    "the edge and one more",
    "keep-web-behind-edge",
    change("shop-firewall", {
      inboundRules: ["104.16.0.0/13", "::/0"].map((ipRange) => ({
        action: "accept",
        protocol: "TCP",
        port: 80,
        ipRange,
      })),
    }),
  ],
  [
    "an IPv6 spelling of IPv4",
    "keep-web-behind-edge",
    change("portal-firewall", {
      ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, ipv6CidrBlocks: ["::ffff:0:0/96"] }],
    }),
  ],
  [
    "a list of networks that is kept elsewhere",
    "keep-web-behind-edge",
    change("portal-firewall", {
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, prefixListIds: ["pl-1"] }],
    }),
  ],
  [
    "a tag that any machine may bear",
    "keep-web-behind-edge",
    change("club-firewall", {
      inboundRules: [{ protocol: "tcp", portRange: "443", sourceTags: ["web"] }],
    }),
  ],
  [
    "a declared port under another protocol",
    "keep-other-ports-closed",
    (stack) => {
      stack.change("club", { ports: ["1194/udp"] });
      stack.change("club-firewall", { inboundRules: [{ protocol: "tcp", portRange: "1194" }] });
    },
  ],
  [
    "a database port that a node declares",
    "keep-database-ports-closed",
    (stack) => {
      stack.change("club", { ports: ["5432/tcp"] });
      stack.change("club-firewall", { inboundRules: [{ protocol: "tcp", portRange: "5432" }] });
    },
  ],
  [
    "a group of somebody else's",
    "guard-every-server",
    (stack) =>
      stack.change("portal-server", { vpcSecurityGroupIds: ["sg-0123"] }, { dependencies: {} }),
  ],
  [
    "a second group of somebody else's",
    "guard-every-server",
    change("portal-server", { vpcSecurityGroupIds: [unknown, "sg-0123"] }),
  ],
  [
    "a Scaleway group of somebody else's",
    "guard-every-server",
    (stack) => stack.change("shop-server", { securityGroupId: "fr-par-1/1" }, { dependencies: {} }),
  ],
  [
    "a firewall that lets go of its droplet",
    "guard-every-server",
    (stack) => stack.change("club-firewall", { dropletIds: [] }, { dependencies: {} }),
  ],
  [
    "a firewall that ignores its droplet",
    "guard-every-server",
    (stack) => stack.change("club-firewall", {}, { ignoreChanges: ["dropletIds"] }),
  ],
  [
    "a server that ignores its group",
    "guard-every-server",
    (stack) =>
      stack.change(
        "portal-server",
        {},
        { ignoreChanges: ["ami", "userData", "vpcSecurityGroupIds"] },
      ),
  ],
  [
    "a group under its older name",
    "guard-every-server",
    change("portal-server", { securityGroups: ["default"] }),
  ],
  [
    "a network card of its own",
    "guard-every-server",
    change("portal-server", {
      networkInterfaces: [{ networkInterfaceId: "eni-1", deviceIndex: 1 }],
    }),
  ],
  foreign(
    "a group attached afterwards",
    "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment",
    {},
    "keep-other-ports-closed",
  ),
  foreign(
    "a network ACL",
    "aws:ec2/networkAcl:NetworkAcl",
    { ingress: [] },
    "keep-other-ports-closed",
  ),
  foreign(
    "a load balancer of DigitalOcean",
    "digitalocean:index/loadBalancer:LoadBalancer",
    { forwardingRules: [] },
    "keep-other-ports-closed",
  ),
  foreign(
    "a load balancer of AWS",
    "aws:lb/listener:Listener",
    { port: 5432 },
    "keep-other-ports-closed",
  ),
  foreign(
    "a load balancer of Scaleway",
    "scaleway:loadbalancers/frontend:Frontend",
    { inboundPort: 5432 },
    "keep-other-ports-closed",
  ),
  foreign(
    "a firewall of another cloud",
    "hcloud:index/firewall:Firewall",
    { rules: [] },
    "keep-other-ports-closed",
  ),
  foreign("a tunnel", "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared"),
  foreign("a proxy for any TCP port", "cloudflare:index/spectrumApplication:SpectrumApplication", {
    protocol: "tcp/5432",
  }),
  foreign(
    "a database of DigitalOcean",
    "digitalocean:index/databaseCluster:DatabaseCluster",
    {},
    "keep-database-ports-closed",
  ),
  foreign(
    "a database of Scaleway",
    "scaleway:databases/instance:Instance",
    {},
    "keep-database-ports-closed",
  ),
  foreign(
    "a cache of Scaleway",
    "scaleway:redis/cluster:Cluster",
    {},
    "keep-database-ports-closed",
  ),
  foreign(
    "a warehouse of AWS",
    "aws:redshiftserverless/workgroup:Workgroup",
    { publiclyAccessible: true },
    "keep-database-ports-closed",
  ),
  foreign(
    "a message broker of AWS",
    "aws:mq/broker:Broker",
    { publiclyAccessible: true },
    "keep-database-ports-closed",
  ),
  foreign("a private database", "aws:rds/instance:Instance", { publiclyAccessible: false }),
];

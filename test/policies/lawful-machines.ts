import { unknown, type Values } from "../../engine/values";
import type { Shown } from "../../policies/serve/review";

/** What may be said of a resource beside its type, name and inputs. */
export type More = Partial<Pick<Shown, "protect" | "ignoreChanges" | "dependencies" | "parent">>;

/** What a machine is added to: the stack, which this file need not know. */
interface Adding {
  add(type: string, name: string, values: Values, more: More): string;
}

const kept = { protect: true, ignoreChanges: ["image", "ami", "userData"] };

/** Networks of Cloudflare. */
const edge = ["104.16.0.0/13", "2606:4700::/32"];

/** One machine with its firewall and address, as each provider has them. */
export const machines: Readonly<
  Record<string, (stack: Adding, name: string, region: string, parent: string) => void>
> = {
  digitalocean: (stack, name, region, parent) => {
    const server = stack.add(
      "digitalocean:index/droplet:Droplet",
      `${name}-server`,
      { name, region, image: "ubuntu-26-04-x64", size: "s-1vcpu-2gb" },
      { parent, ...kept },
    );
    const rule = (portRange: string) => ({
      protocol: "tcp",
      portRange,
      sourceAddresses: portRange === "22" ? ["0.0.0.0/0"] : edge,
    });
    stack.add(
      "digitalocean:index/firewall:Firewall",
      `${name}-firewall`,
      { dropletIds: [unknown], inboundRules: ["22", "80", "443"].map(rule) },
      { parent, dependencies: { dropletIds: [server] } },
    );
  },
  scaleway: (stack, name, zone, parent) => {
    const rule = (port: number) => ({ action: "accept", protocol: "TCP", port });
    const web = (port: number) => edge.map((ipRange) => ({ ...rule(port), ipRange }));
    const group = stack.add(
      "scaleway:instance/securityGroup:SecurityGroup",
      `${name}-firewall`,
      { inboundDefaultPolicy: "drop", inboundRules: [rule(22), ...web(80), ...web(443)] },
      { parent },
    );
    stack.add("scaleway:instance/ip:Ip", `${name}-ip`, { zone }, { parent, protect: true });
    stack.add(
      "scaleway:instance/server:Server",
      `${name}-server`,
      { name, zone, image: "ubuntu_resolute", type: "DEV1-S", securityGroupId: unknown },
      { parent, ...kept, dependencies: { securityGroupId: [group] } },
    );
  },
  aws: (stack, name, region, parent) => {
    const rule = (port: number) => ({
      protocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrBlocks: port === 22 ? ["0.0.0.0/0"] : edge.slice(0, 1),
      ipv6CidrBlocks: port === 22 ? ["::/0"] : edge.slice(1),
    });
    const group = stack.add(
      "aws:ec2/securityGroup:SecurityGroup",
      `${name}-firewall`,
      { ingress: [22, 80, 443].map(rule) },
      { parent },
    );
    stack.add(
      "aws:ec2/instance:Instance",
      `${name}-server`,
      { region, ami: "ami-1", tags: { Name: name }, vpcSecurityGroupIds: [unknown] },
      { parent, ...kept, dependencies: { vpcSecurityGroupIds: [group] } },
    );
    stack.add("aws:ec2/eip:Eip", `${name}-ip`, { region }, { parent, protect: true });
  },
};

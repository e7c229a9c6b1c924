import { DnsRecord } from "@pulumi/cloudflare";
import { Droplet } from "@pulumi/digitalocean";
import { Config } from "@pulumi/pulumi";

const zoneId = new Config().require("zone");
const web = new Droplet("web", { image: "debian-13-x64", region: "tor1", size: "s-1vcpu-1gb" });
const content = web.ipv4Address;
new DnsRecord("www", { zoneId, name: "www.example.com", type: "A", content, ttl: 300 });

export const address = content;

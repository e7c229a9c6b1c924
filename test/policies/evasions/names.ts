import { change, foreign, type Evasion } from "./evasion";

/** Records that lead elsewhere, or show too much. */
export const names: readonly Evasion[] = [
  [
    "a zone that is not declared",
    "keep-names-in-declared-zones",
    change("shop-primary", { zoneId: "f".repeat(32) }),
  ],
  [
    "a name outside its zone",
    "keep-names-in-declared-zones",
    change("shop-primary", { name: "shop.example.evil" }),
  ],
  [
    "a name that ends like its zone",
    "keep-names-in-declared-zones",
    change("shop-primary", { name: "notshop.example" }),
  ],
  [
    "a zone handed to others",
    "keep-names-in-declared-zones",
    change("shop-direct", { type: "NS" }),
  ],
  [
    "a name of no project, which shows the machine",
    "proxy-primary-names",
    (stack) =>
      void stack.add("cloudflare:index/dnsRecord:DnsRecord", "other", {
        zoneId: "b".repeat(32),
        name: "www.shop.example",
        type: "A",
        proxied: false,
      }),
  ],
  [
    "every name there is",
    "proxy-primary-names",
    (stack) =>
      void stack.add("cloudflare:index/dnsRecord:DnsRecord", "other", {
        zoneId: "b".repeat(32),
        name: "*.shop.example",
        type: "A",
        proxied: false,
      }),
  ],
  foreign("a worker in front of the site", "cloudflare:index/workersRoute:WorkersRoute"),
];

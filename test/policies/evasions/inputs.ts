import type { LawfulStack } from "../lawful-stack";
import { change, type Evasion } from "./evasion";
import type { Values } from "../../../engine/values";

const policy = "use-known-inputs";
const provider =
  (name: string, inputs: Values) =>
  (stack: LawfulStack): void =>
    void stack.add(`pulumi:providers:${name}`, "default", inputs);
const pinned = { host: "192.0.2.7", user: "berth", hostKey: "ssh-ed25519 AAAA" };
const session =
  (inputs: Values, connection: Values = pinned) =>
  (stack: LawfulStack): void =>
    void stack.add("command:remote:Command", "session", { create: "id", connection, ...inputs });

/** Inputs that lead somewhere else, or let somebody else in. */
export const inputs: readonly Evasion[] = [
  [
    "DigitalOcean elsewhere",
    policy,
    provider("digitalocean", { apiEndpoint: "https://x.example" }),
  ],
  ["Spaces elsewhere", policy, provider("digitalocean", { spacesEndpoint: "https://x.example" })],
  ["Cloudflare elsewhere", policy, provider("cloudflare", { baseUrl: "https://x.example" })],
  ["Scaleway elsewhere", policy, provider("scaleway", { apiUrl: "https://x.example" })],
  ["a proxy of tls", policy, provider("tls", { proxy: '{"url":"http://x.example"}' })],
  ["another plugin", policy, provider("tls", { pluginDownloadURL: "https://x.example" })],
  [
    "another plugin, as the engine keeps it",
    policy,
    provider("scaleway", { __internal: { pluginDownloadURL: "https://x.example" } }),
  ],
  ["credentials by a program", policy, change("aws", { sharedConfigFiles: '["./config"]' })],
  ["credentials from elsewhere", policy, change("aws", { ec2MetadataServiceEndpoint: "http://x" })],
  ["a login on a Droplet", policy, change("club-server", { sshKeys: ["12345"] })],
  ["a login on an instance", policy, change("portal-server", { keyName: "somebody" })],
  ["a role for an instance", policy, change("portal-server", { iamInstanceProfile: "admin" })],
  ["cloud-init beside the user data", policy, change("shop-server", { cloudInit: "#!/bin/sh" })],
  ["a private network of others", policy, change("shop-server", { privateNetworks: [{ a: "b" }] })],
  [
    "a bucket that goes with its archives",
    policy,
    change("backups-bucket", { forceDestroy: true }),
  ],
  [
    "keys of a user that somebody keeps",
    policy,
    change("shop-writer", { permissionsBoundary: "x" }),
  ],
  ["a record's data beside its content", policy, change("shop-primary", { data: { value: "x" } })],
  ["a program at a session's end", policy, session({ delete: "rm -rf /" })],
  ["a session with whoever answers", policy, session({}, { host: "192.0.2.7", user: "berth" })],
  ["a session by another host", policy, session({}, { ...pinned, proxy: { host: "x" } })],
  ["a session by a key of its own", policy, session({}, { ...pinned, privateKey: "x" })],
];

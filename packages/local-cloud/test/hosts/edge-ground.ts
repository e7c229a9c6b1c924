/** What the tests of the edge share: a cloud of records, the edge before it, and an origin behind it. */

import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

import { clearEdge, openEdge, type Edge } from "../../edge/edge";
import { serveNames, type NameServer } from "../../edge/name-server";
import { zonesOf } from "../../edge/zones";
import { Faults } from "../../emulator/faults";
import { EngineLog } from "../../emulator/engine-log";
import { recordedMachines } from "../../emulator/machines";
import { Session } from "../../emulator/session";
import { reveal, type Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { cloudflare } from "../../providers/cloudflare";
import { seedZones } from "../../providers/cloudflare/seed";
import { tls } from "../../providers/tls";

/** Loopback addresses: the edge's, an origin's, and one where nobody listens. */
const block = `127.${64 + (process.pid & 127)}.${(process.pid >> 7) & 255}`;
export const [address, origin, nobody] = [`${block}.1`, `${block}.2`, `${block}.3`];
export const zoneId = "0123456789abcdef0123456789abcdef";
export const directory = mkdtempSync(join(tmpdir(), "edge-"));

export const world = new World();
const cloud = { world, faults: new Faults(), machines: recordedMachines, now: () => new Date() };
export const sessions = {
  cloudflare: new Session(cloudflare, cloud, new EngineLog(), () => "0".repeat(40)),
  tls: new Session(tls, cloud, new EngineLog()),
};

export async function make(type: string, inputs: Props) {
  const session = type.startsWith("tls") ? sessions.tls : sessions.cloudflare;
  const made = await session.create(`urn:pulumi:dev::test::${type}::x`, inputs, false);
  return { id: made.id, outputs: reveal(made.outputs) as Record<string, string> };
}

export const record = (name: string, content = origin, type = "A", proxied = true) =>
  make("cloudflare:index/dnsRecord:DnsRecord", {
    ...{ zoneId, name: `${name}kmc.example`, type, content, proxied, ttl: 1 },
  });
export const setting = (settingId: string, value: string) =>
  make("cloudflare:index/zoneSetting:ZoneSetting", { zoneId, settingId, value });

export async function request(commonName: string) {
  const { privateKeyPem } = (
    await make("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P256" })
  ).outputs;
  const subject = { commonName };
  const made = await make("tls:index/certRequest:CertRequest", { privateKeyPem, subject });
  return { key: privateKeyPem!, csr: made.outputs["certRequestPem"]! };
}

export async function originCertificate(hostnames: readonly string[]) {
  const { key, csr } = await request("origin");
  const requestType = "origin-ecc";
  const made = await make("cloudflare:index/originCaCertificate:OriginCaCertificate", {
    ...{ csr, hostnames, requestType, requestedValidity: 90 },
  });
  return { ...made, key, cert: made.outputs["certificate"]! };
}

export let edge: Edge;
export let names: NameServer;
export let secure: https.Server;
let plain: http.Server;
/** What the origin saw last. */
export let seen: { headers: http.IncomingHttpHeaders; client?: string; from: string; body: number };
export let served = 0;

export function atOrigin(incoming: http.IncomingMessage, response: http.ServerResponse): void {
  let body = 0;
  served++;
  incoming.on("data", (chunk: Buffer) => (body += chunk.length));
  incoming.on("end", () => {
    const socket = incoming.socket as TLSSocket;
    const client: unknown = socket.getPeerCertificate?.().subject?.CN;
    const from = socket.remoteAddress ?? "";
    seen = { headers: incoming.headers, from, body };
    if (typeof client === "string") seen.client = client;
    const control = new URL(incoming.url!, "http://x").searchParams.get("control");
    if (control) response.setHeader("cache-control", control);
    response.end(socket.encrypted ? "over tls" : "in the clear");
  });
}

/** Echoes what it is sent, after the switch of protocols. */
function echo(incoming: http.IncomingMessage, socket: Duplex): void {
  const accept = createHash("sha1")
    .update(`${incoming.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  const lines = [
    ...["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"],
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.pipe(socket);
}

export interface Asked {
  readonly scheme?: "http" | "https";
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: number;
}

/** One request of a visitor on a connection of its own. */
export async function visit(
  host: string,
  { scheme = "https", path = "/", headers, body }: Asked = {},
) {
  await edge.settled();
  const ca = readFileSync(edge.authority);
  const options = { host: address, path, agent: false, headers: { host, ...headers } };
  const method = body === undefined ? "GET" : "POST";
  const asked =
    scheme === "https"
      ? https.request({ ...options, method, port: 443, servername: host, ca })
      : http.request({ ...options, method, port: 80 });
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>(
    (resolve, reject) => {
      asked.on("error", reject).on("response", (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      for (let left = body ?? 0; left > 0; left -= 1 << 20) {
        asked.write(Buffer.alloc(Math.min(left, 1 << 20)));
      }
      asked.end();
    },
  );
}

export const statusOf = async (host: string, asked?: Asked) => (await visit(host, asked)).status;

/** Everything there is before the tests begin. */
export async function openGround(): Promise<void> {
  seedZones(world, { "kmc.example": zoneId, "other.example": "f".repeat(32) });
  const options = { names: () => ({ zones: zonesOf(world), edge: address }), upstream: [] };
  names = await serveNames("127.0.0.1", 0, options);
  edge = await openEdge({ directory, address, nameServer: names, world });
  await Promise.all(["", "www.", "*.wild.", "deep.www."].map((name) => record(name)));
  await record("alias.", "target.kmc.example", "CNAME");
  await record("target.", origin, "A", false);
  await record("gone.", nobody);
  secure = https.createServer({ requestCert: true, rejectUnauthorized: false }, atOrigin);
  plain = http.createServer(atOrigin);
  await listen(secure, 443);
  await listen(plain, 80);
  secure.on("upgrade", echo);
}

export function listen(server: http.Server | https.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, origin, resolve);
  });
}

/** Takes everything down, also after a failed test. */
export async function closeGround(): Promise<void> {
  secure?.closeAllConnections();
  for (const server of [secure, plain]) server?.close();
  await edge?.close();
  await names?.close();
  await clearEdge(directory);
  rmSync(directory, { recursive: true });
}

/** A certificate that nobody vouches for. */
export async function selfMade(): Promise<void> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { outputs } = await make("tls:index/selfSignedCert:SelfSignedCert", {
    privateKeyPem: key,
    ...{ subject: { commonName: "kmc.example" }, dnsNames: ["kmc.example"] },
    ...{ allowedUses: ["server_auth"], validityPeriodHours: 24 },
  });
  secure.setSecureContext({ key, cert: outputs["certPem"]! });
}

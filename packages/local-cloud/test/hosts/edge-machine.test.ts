import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openEdge, type Edge } from "../../edge/edge";
import { serveNames, type NameServer } from "../../edge/name-server";
import { zonesOf } from "../../edge/zones";
import { Faults } from "../../emulator/faults";
import { recordedMachines } from "../../emulator/machines";
import { World } from "../../emulator/world";
import { anywhere, type FirewallRule, type Machines } from "../../hosts";
import { run, tryRun } from "../../hosts/process";
import { order } from "../../providers/by-hand";
import { seedZones } from "../../providers/cloudflare/seed";
import { Ground, traces } from "./boot-ground";

const zoneId = "0123456789abcdef0123456789abcdef";
const ground = new Ground();
const { layout } = ground;
const world = new World();
const cloud = { world, faults: new Faults(), machines: recordedMachines, now: () => new Date() };

let machines: Machines;
let names: NameServer;
let edge: Edge;
let address: string;

/** Tells over TLS from whom a request came; certificate and key on standard input. */
const origin = `cat >/run/origin.pem
cat >/run/origin.py <<'END'
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = (self.client_address[0] + " " + self.headers["CF-Connecting-IP"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
server = http.server.ThreadingHTTPServer(("", 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/run/origin.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
END
systemd-run --quiet --unit=origin python3 /run/origin.py`;

/** A key, kept in a file, and a request for its certificate. */
function request(file: string): readonly [key: string, csr: string] {
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file];
  const csr = execFileSync("openssl", ["req", "-new", ...made, "-subj", "/CN=kmc"], {
    ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });
  return [readFileSync(file, "utf8"), csr];
}

beforeAll(async () => {
  seedZones(world, { "kmc.example": zoneId });
  machines = await ground.open({
    serveNames: async (gateway) =>
      (names = await serveNames(gateway, 0, {
        names: () => ({ zones: zonesOf(world), edge: layout.edge }),
        upstream: [],
      })),
  });
  const directory = join(ground.state, "edge");
  edge = await openEdge({ directory, address: layout.edge, nameServer: names, world });
  address = machines.addressAt(0);
  await machines.create({ id: "kmc", name: "kmc", address, cloud: "client", login: "root" });
  await machines.ready("kmc", "booted");
  // As a cloud's firewall does that lets the web in from Cloudflare alone.
  const web = { protocol: "tcp", ports: { from: 443, to: 443 }, networks: ["173.245.48.0/20"] };
  await machines.guard("kmc", { inbound: [web as FirewallRule], outbound: anywhere });
  const record = (name: string, type: string, content: string, proxied: boolean) =>
    order(
      cloud,
      "cloudflare:index/dnsRecord:DnsRecord",
      { ...{ zoneId, name, type, content, proxied }, ttl: 1 },
      name,
    );
  process.env["CLOUDFLARE_API_TOKEN"] ??= "0".repeat(40);
  await record("kmc.example", "A", address, true);
  await record("origin.kmc.example", "A", address, false);
  await record("direct.kmc.example", "CNAME", "origin.kmc.example", false);
  const setting = { zoneId, settingId: "ssl", value: "strict" };
  await order(cloud, "cloudflare:index/zoneSetting:ZoneSetting", setting, "ssl");
  const [key, csr] = request(join(ground.directory, "origin.key"));
  const type = "cloudflare:index/originCaCertificate:OriginCaCertificate";
  const hostnames = ["kmc.example"];
  const inputs = { csr, hostnames, requestType: "origin-ecc", requestedValidity: 90 };
  const id = await order(cloud, type, inputs, "origin");
  const certificate = world.get("cloudflare/origin_ca_certificate", id)!.data["certificate"];
  const pem = `${key}${String(certificate)}`;
  const started = await machines.exec("kmc", ["sh", "-c", origin], pem);
  expect(started.stderr).toBe("");
  await edge.settled();
});

afterAll(async () => {
  await edge?.close();
  await names?.close();
  await ground.clear();
  expect(await traces(layout)).toEqual([]);
});

const retried = ["--retry", "5", "--retry-all-errors", "--retry-delay", "1"];

describe("a machine behind the edge", () => {
  it("is reached through it, over verified TLS, from an address that its firewall knows", async () => {
    const curl = ["curl", "-sS", "--fail", "--cacert", edge.authority, ...retried];
    const via = ["--connect-to", `kmc.example:443:${layout.edge}:443`];
    const text = await run([...curl, ...via, "https://kmc.example/"]);
    expect(text).toBe(`${layout.edge} ${layout.gateway}`);
  });

  it("is not reached past it", async () => {
    const direct = await tryRun(["curl", "-sk", "-m", "3", `https://${address}/`]);
    expect(direct.code).not.toBe(0);
  });

  it("finds names where the cloud's zones have them, itself through the edge", async () => {
    const inside = async (command: string, input = "") =>
      (await machines.exec("kmc", ["sh", "-c", command], input)).stdout.trim();
    expect(await inside("getent ahostsv4 kmc.example | head -1")).toContain(layout.edge);
    expect(await inside("getent ahostsv4 DIRECT.kmc.example | head -1")).toContain(address);
    expect(await inside("getent hosts none.kmc.example || echo none")).toBe("none");
    const ca = await run(["cat", edge.authority]);
    const text = await inside(
      "cat >/run/ca.pem; curl -sS --cacert /run/ca.pem https://kmc.example/",
      ca,
    );
    expect(text).toBe(`${layout.edge} ${address}`);
  });
});

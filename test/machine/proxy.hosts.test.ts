import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { evidenceScript } from "../../components/machine/questions";
import { statuses } from "../../components/machine/script";
import { application } from "./application";
import type { Site } from "../../components/placement/sites";
import { Authority, together } from "./certificates";
import { clinic, Front, kmc, namesOf, shop } from "./front";
import type { Visit } from "./visits";

describe("the proxy of a node", () => {
  const front = new Front();
  const public1 = new Authority("an authority that visitors trust");
  const headersOf = async (asked: Visit) => {
    const { headers } = JSON.parse((await front.ask(asked)).body) as {
      headers: [string, string][];
    };
    return headers;
  };

  beforeAll(() => front.open());
  afterAll(async () => {
    public1.remove();
    await front.yard.clear();
  });

  it("answers for a site that nobody serves yet, and leads unknown names nowhere", async () => {
    const unanswered = await front.ask({ host: "shop.example.org" });
    expect(unanswered.status).toBe(503);
    expect(unanswered.body).toContain("has not been delivered to this server yet");
    expect((await front.ask({ host: "somebody.example.net" })).status).toBe(404);
    await expect(front.ask({ host: "kmc.example.org", tls: true })).rejects.toThrow();
  });

  it("changes nothing the second time, and nothing of it is taken for somebody's", async () => {
    for (const check of [false, true]) {
      const again = await front.converge({}, { check });
      expect(again, again.stdout).toMatchObject({ code: statuses.done });
      expect(again.stdout).not.toMatch(/proxy/);
    }
    const said = await front.onHost(
      "bash -s",
      evidenceScript(front.yard.declaration(front.declared)),
    );
    const found = said.split("\n").filter((line) => /proxy|haproxy|docker/.test(line));
    expect(found).toEqual([]);
  });

  it("tells in the same look what was put in its place", async () => {
    await front.onHost("echo 'echo hello' >>/usr/local/sbin/berth-proxy");
    await front.onHost(
      "docker run -d --name berth-proxy2 --network host $(head -1 /etc/berth/proxy/image) bash -c 'while :; do read -t 1000 <>/dev/tcp/127.0.0.1/22; done'",
    );
    const said = await front.onHost(
      "bash -s",
      evidenceScript(front.yard.declaration(front.declared)),
    );
    expect(said).toContain("programs: /usr/local/sbin/berth-proxy: no package brought it");
    expect(said).toContain("containers: berth-proxy2 has the machine's network");
    await front.onHost("docker rm -f berth-proxy2");
    const mended = await front.converge();
    expect(mended.stdout).toContain("changed: /usr/local/sbin/berth-proxy: content");
  });

  it("serves every name of a site and leads those on that shall be, with path and query", async () => {
    for (const host of kmc.serve) expect((await front.ask({ host })).status).toBe(200);
    expect((await front.ask({ host: "KMC.example.org:80" })).status).toBe(200);
    const led = await front.ask({ host: "old-kmc.example.org", path: "/a/b?c=d&e" });
    expect(led.status).toBe(301);
    expect(led.headers.location).toBe("https://kmc.example.org/a/b?c=d&e");
  });

  it("keeps search engines away from what is not production, error pages included (R81)", async () => {
    const robots = async (asked: Visit) => (await front.ask(asked)).headers["x-robots-tag"];
    expect(await robots({ host: "kmc.example.org" })).toBe("noindex, nofollow");
    expect(await robots({ host: "old-kmc.example.org" })).toBe("noindex, nofollow");
    expect(await robots({ host: "shop.example.org" })).toBeUndefined();
  });

  it("tells the application who came, and believes nobody but the edge", async () => {
    const forged = {
      "CF-Connecting-IP": "203.0.113.9",
      "X-Forwarded-For": "203.0.113.9",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "evil.example.net",
      "X-Real-IP": "203.0.113.9",
      X_Forwarded_For: "203.0.113.9",
      Forwarded: "for=203.0.113.9",
    };
    const headers = await headersOf({ host: "kmc.example.org", headers: forged });
    expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113\.9|evil/);
    expect(headers).toContainEqual(["x-forwarded-proto", "http"]);
    const visitor = headers.find(([name]) => name === "x-real-ip")![1];
    expect(visitor).toMatch(/^10\./);
    expect(headers).toContainEqual(["x-forwarded-for", visitor]);
    // The same from an address of the edge, which the machine gives itself for it.
    await front.onHost("ip address add 173.245.48.9/32 dev lo");
    const flags = Object.entries(forged).map(([name, value]) => `-H '${name}: ${value}'`);
    const curl = `curl -s --interface 173.245.48.9 ${flags.join(" ")} -H 'Host: kmc.example.org' http://${front.address}/`;
    const seen = await front.onHost(curl);
    const told = (JSON.parse(seen) as { headers: [string, string][] }).headers;
    expect(told.filter(([name]) => /^(x|forwarded)/.test(name))).toEqual([
      ["x-forwarded-for", "203.0.113.9"],
      ["x-real-ip", "203.0.113.9"],
      ["x-forwarded-proto", "https"],
    ]);
    await front.onHost("ip address delete 173.245.48.9/32 dev lo");
  });

  it("lets in whom a site names as its visitors, and nobody else (R81)", async () => {
    const password = "correct horse";
    const hash = execFileSync("openssl", ["passwd", "-6", "-stdin"], { input: password });
    const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });
    const limited = async (visitors: NonNullable<Site["visitors"]>) => {
      const sites = [clinic, { ...kmc, visitors }, shop];
      const done = await front.converge({ sites });
      expect(done, done.stdout).toMatchObject({ code: statuses.done });
    };
    const status = async (headers: Record<string, string> = {}) =>
      (await front.ask({ host: "kmc.example.org", headers })).status;
    await front.onHost("ip address add 173.245.48.9/32 dev lo");
    /** As the edge says that somebody comes from there. */
    const from = async (address: string) =>
      Number(
        await front.onHost(
          `curl -s -o /dev/null -w '%{http_code}' --interface 173.245.48.9 -H 'CF-Connecting-IP: ${address}' -H 'Host: kmc.example.org' http://${front.address}/`,
        ),
      );
    await limited({ networks: ["203.0.113.0/24", "2001:db8::/32"] });
    expect(await status()).toBe(403);
    expect(await status({ "CF-Connecting-IP": "203.0.113.9" })).toBe(403);
    const addresses = ["203.0.113.9", "2001:db8::5", "198.51.100.1"];
    expect(await Promise.all(addresses.map(from))).toEqual([200, 200, 403]);

    await limited({ networks: ["203.0.113.0/24"], password: hash.toString().trim() });
    expect(await from("203.0.113.9")).toBe(200);
    expect([await status(), await status(basic(`ana:${password}`))]).toEqual([401, 401]);
    const asked = { host: "kmc.example.org", headers: basic(`visitor:${password}`) };
    const reply = await front.ask(asked);
    expect(reply.status).toBe(200);
    // The application never sees it, and the edge keeps no copy for others.
    expect(reply.body.toLowerCase()).not.toContain("authorization");
    expect(reply.headers["cache-control"]).toBe("private, no-store");
    expect((await front.ask({ host: "shop.example.org" })).status).toBe(503);
    expect(await front.onHost("stat -c %a /etc/berth/proxy/sites")).toBe("600\n");

    await front.onHost("ip address delete 173.245.48.9/32 dev lo");
    await front.converge();
    expect(await status()).toBe(200);
  });

  it("refuses a certificate that cannot serve the site, and keeps what it has", async () => {
    const good = public1.issue(namesOf(kmc));
    const other = public1.issue(namesOf(kmc));
    const bad: Readonly<Record<string, string>> = {
      "the key is not that of the first certificate": other.key + good.certificate,
      "holds no private key that can be read": good.certificate,
      "holds no certificate that can be read": good.key,
      "the certificate does not cover old-kmc.example.org": together(public1.issue(kmc.serve)),
      "the certificate ended on": together(public1.issue(namesOf(kmc), -1)),
      "standard input was empty": "",
    };
    for (const [reason, pem] of Object.entries(bad)) {
      const done = await front.bring("kmc", pem);
      expect(done.code, reason).toBe(1);
      expect(done.stderr).toContain(reason);
      expect(done.stderr.trim().split("\n")).toHaveLength(1);
    }
    expect((await front.bring("nobody", together(good))).stderr).toContain(
      "nobody is no site of this machine",
    );
    await expect(front.ask({ host: "kmc.example.org", tls: true })).rejects.toThrow();
  });

  it("serves a certificate once it is brought, seen under each name, and never shows its key", async () => {
    for (const each of [kmc, shop, clinic]) {
      const pair = public1.issue(namesOf(each));
      const done = await front.bring(each.slug, together(pair));
      expect(done, done.stderr).toMatchObject({ code: 0 });
      expect(done.stdout).toMatch(/^sha256: ([0-9A-F]{2}:){31}[0-9A-F]{2}\nnotAfter: .*GMT\n$/);
      expect(done.stdout + done.stderr).not.toContain(pair.key.split("\n")[1]);
      for (const host of each.serve) {
        const reply = await front.ask({ host, tls: true, authority: public1.certificate });
        expect(reply.status).toBe(each === kmc ? 200 : 503);
      }
      const again = await front.bring(each.slug, together(pair));
      expect(again).toMatchObject({ code: 0, stdout: done.stdout });
    }
    const headers = await headersOf({ host: "kmc.example.org", tls: true });
    expect(headers).toContainEqual(["x-forwarded-proto", "https"]);
    const modes = await front.onHost("find /var/lib/berth/proxy -type f -perm /077");
    expect(modes).toBe("");
  });

  it("leads nobody to another site than the connection was opened for", async () => {
    const crossed = await front.ask({
      host: "shop.example.org",
      servername: "kmc.example.org",
      tls: true,
    });
    expect(crossed.status).toBe(421);
    await expect(front.ask({ host: "somebody.example.net", tls: true })).rejects.toThrow();
  });

  it("leads plain requests to TLS where that is no loop: a client's own DNS, once there is a certificate", async () => {
    const led = await front.ask({ host: "clinic.example.org", path: "/a?b" });
    expect(led).toMatchObject({
      status: 301,
      headers: { location: "https://clinic.example.org/a?b" },
    });
    expect((await front.ask({ host: "kmc.example.org" })).status).toBe(200);
    // Nobody waits for a challenge.
    const challenge = "/.well-known/acme-challenge/token";
    expect((await front.ask({ host: "clinic.example.org", path: challenge })).status).toBe(503);
    await front.onHost(application(17_080));
    const answered = await front.ask({ host: "clinic.example.org", path: challenge });
    expect(JSON.parse(answered.body)).toMatchObject({ port: "17080", path: challenge });
  });

  it("takes uploads of any size, and connections that become something else", async () => {
    const body = Buffer.alloc(10_000_000, "x");
    const reply = await front.ask({ host: "kmc.example.org", tls: true, body });
    expect(JSON.parse(reply.body)).toMatchObject({ length: body.length });
    const upgraded = await front.onHost(
      'exec 3<>/dev/tcp/127.0.0.1/80; printf \'GET / HTTP/1.1\\r\\nHost: kmc.example.org\\r\\nConnection: upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n\' >&3; while IFS= read -r -u 3 line && [ "$line" != $\'\\r\' ]; do echo "$line"; done; echo hello >&3; IFS= read -r -u 3 line; echo "$line"',
    );
    expect(upgraded).toMatch(/^HTTP\/1.1 101 [^]*\nhello\n$/);
  });

  it("leaves a site at its last good version when what was brought for it is bad, and its neighbours go on", async () => {
    await front.onHost("echo nonsense >/var/lib/berth/proxy/certificates/shop.pem");
    const pair = public1.issue(namesOf(kmc));
    const done = await front.bring("kmc", together(pair));
    expect(done.code).toBe(0);
    expect(done.stderr).toMatch(/^berth-proxy: shop stays as it was served last: [^\n]*\n$/);
    expect(done.stdout).toMatch(/^sha256: /);
    const tls = { tls: true, authority: public1.certificate };
    expect((await front.ask({ host: "shop.example.org", ...tls })).status).toBe(503);
    const status = JSON.parse(await front.onHost("berth-proxy status")) as {
      sites: { slug: string; certificate: { sha256: string } }[];
    };
    expect(done.stdout).toContain(
      status.sites.find(({ slug }) => slug === "kmc")!.certificate.sha256,
    );
    const applied = await front.exec("berth-proxy apply");
    expect(applied).toMatchObject({ code: 1, stdout: "unchanged\n", stderr: done.stderr });
    const checked = await front.converge({}, { check: true });
    expect(checked.stdout).toContain("drift: proxy: serves something else");
    expect((await front.converge()).stdout).toContain(
      "failed: proxy: berth-proxy: shop stays as it was",
    );
    await front.bring("shop", together(public1.issue(namesOf(shop))));
    expect((await front.converge()).code).toBe(0);
  });
});

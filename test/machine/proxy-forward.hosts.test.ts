import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { application } from "./application";
import { Authority, together } from "./certificates";
import { Front, kmc, namesOf, shop } from "./front";
import { moveOf, Next } from "./next";
import { ask } from "./scan";
import type { Standing } from "./standing";
import { underLoad, type Reply, type Visit } from "./visits";

describe("a site that moves to another machine", () => {
  const front = new Front();
  const next = new Next(front);
  const web = new Authority("an authority of certificates for servers");
  const pulls = new Authority("the authority of kmc");
  const foreign = new Authority("somebody's authority");
  const tls: Visit = { host: "kmc.example.org", tls: true };
  const proxy = async (words: string, input = "") =>
    (await front.onHost(`berth-proxy ${words}`, input)).trim();
  /** What the next machine said when it was told whom to admit. */
  let admission = "";
  const forward = () => proxy(`forward kmc ${next.address}`, admission);
  /** Headers that an application was asked with. */
  const headersOf = ({ body }: Reply) =>
    new Map((JSON.parse(body) as { headers: [string, string][] }).headers);
  const where = async (asked: Visit) => {
    const reply = await front.ask(asked);
    if (reply.status !== 200) return reply.status;
    return headersOf(reply).has("x-berth-led") ? "next" : "here";
  };
  const unchanged = async (machine: Standing) => {
    const done = await machine.converge({}, { check: true });
    expect(done, done.stdout).toMatchObject({ code: 0 });
  };

  beforeAll(async () => {
    await front.open();
    await front.onHost(application(shop.httpPort));
    await next.open();
    // The next one has none for kmc yet.
    for (const [machine, sites] of [
      [front, [kmc, shop]],
      [next, [shop]],
    ] as const) {
      for (const each of sites) {
        await machine.onHost(
          `berth-proxy certificate ${each.slug}`,
          together(web.issue(namesOf(each))),
        );
      }
    }
  });
  afterAll(async () => {
    for (const authority of [web, pulls, foreign]) authority.remove();
    await front.yard.clear();
  });

  it.each([
    ["forward kmc next.example.org", /next.example.org: is no address of IPv4 or IPv6/],
    ["forward kmc 10.0.0.300", /10.0.0.300: is no address/],
    ["forward kmc 127.0.0.2", /127.0.0.2: is no other machine's address/],
    ["forward kmc $(hostname -I | cut -d' ' -f1)", /is an address of this machine itself/],
    ["forward nobody 192.0.2.1", /nobody is no site of this machine/],
    ["admit kmc ::1", /::1: is no other machine's address/],
    ["unforward '../x'", /is no site's name/],
  ])("is refused where it cannot be meant: %s", async (words, message) => {
    const done = await front.exec(`berth-proxy ${words}`, web.certificate);
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(message);
  });

  it("is not led to a machine that does not take it: not admitted, or with another certificate than it said", async () => {
    const led = (input: string) => front.exec(`berth-proxy forward kmc ${next.address}`, input);
    const shut = await led(foreign.certificate);
    expect(shut.stderr).toMatch(
      /does not take the visitors of kmc from here .*nothing was changed/,
    );
    admission = await next.onHost(`berth-proxy admit kmc ${front.address}`);
    const said = JSON.parse(admission) as { certificate: string };
    expect(said).toMatchObject({ admitted: "kmc", from: front.address });
    expect(said.certificate).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[^-]*\n-----END CERTIFICATE-----\n$/,
    );
    expect(await next.onHost(`berth-proxy admit kmc ${front.address}`)).toBe(admission);
    for (const authority of [foreign, web]) {
      const untrusted = await led(authority.certificate);
      expect(untrusted.stderr).toMatch(/does not take the visitors of kmc .*certificate/);
    }
    expect((await led(pulls.key)).stderr).toContain("it holds a private key");
    expect((await led("")).stderr).toContain("standard input was empty");
    expect(await moveOf(front, "kmc")).toMatchObject({ next: null });
    expect(await where(tls)).toBe("here");
  });

  it("is admitted from that address alone, site by site, and no converge takes it for a change", async () => {
    const reaches = `timeout 5 bash -c ': >/dev/tcp/${next.address}/443' 2>/dev/null && echo open || echo shut`;
    expect(await front.onHost(reaches)).toBe("open\n");
    expect(await ask(next.address, 443)).toBe("silent");
    await next.onHost("berth-proxy admit shop 198.51.100.7");
    await unchanged(next);
    await next.onHost("berth-proxy unadmit shop; berth-proxy unadmit shop");
    expect(await front.onHost(reaches)).toBe("open\n");
    expect(await moveOf(next, "kmc")).toMatchObject({ admitted: front.address });
    expect(await moveOf(next, "shop")).toMatchObject({ admitted: null });
    await next.onHost("systemctl restart docker nftables; nft -f /etc/berth/firewall.nft");
    expect(await front.onHost(reaches)).toBe("open\n");
    await unchanged(next);
    // For this site alone: the other one's names are not answered under its name.
    const led = (host: string, name = "kmc.led.berth.invalid") =>
      front.onHost(
        `curl -sk --haproxy-protocol -o /dev/null -w '%{http_code}' --connect-to ::${next.address} -H 'Host: ${host}' https://${name}/.well-known/berth/led`,
      );
    expect(await led("kmc.example.org")).toBe("204");
    expect(await led("shop.example.org")).toBe("421");
    expect(await led("shop.example.org", "shop.example.org")).toBe("503");
    expect(await led("kmc.led.berth.invalid")).toBe("421");
  });

  it("is led there under all of its names, with who visits; its neighbour stays, and nobody reaches what is left here", async () => {
    expect(await forward()).toBe(`forwarded: kmc to ${next.address}`);
    expect(await forward()).toBe(`forwarded: kmc to ${next.address}`);
    const reply = await front.ask({
      ...tls,
      headers: { "X-Forwarded-For": "192.0.2.9", "X-Berth-Led": "7" },
    });
    const headers = headersOf(reply);
    const own = headersOf(await front.ask({ host: "shop.example.org", tls: true }));
    expect(headers.get("x-forwarded-for")).toBe(own.get("x-forwarded-for"));
    expect(headers.get("x-real-ip")).toBe(own.get("x-real-ip"));
    expect(headers.get("x-forwarded-proto")).toBe("https");
    expect(headers.get("x-berth-led")).toBe("1");
    for (const host of [
      ...kmc.serve,
      "KMC.example.org",
      "kmc.example.org:443",
      "kmc.example.org:8080",
    ]) {
      expect(await where({ host }), host).toBe("next");
      const servername = host.split(":")[0]!.toLowerCase();
      expect(await where({ host, servername, tls: true }), host).toBe("next");
    }
    expect(headersOf(await front.ask({ host: "kmc.example.org" })).get("x-forwarded-proto")).toBe(
      "http",
    );
    const old = await front.ask({ host: "old-kmc.example.org", path: "/a" });
    expect([old.status, old.headers.location]).toEqual([301, "https://kmc.example.org/a"]);
    expect(
      await where({ host: "kmc.example.org.", tls: true, servername: "kmc.example.org" }),
    ).toBe(421);
    expect(await where({ host: "shop.example.org", tls: true })).toBe("here");
    expect(
      await where({ host: "shop.example.org", servername: "kmc.example.org", tls: true }),
    ).toBe(421);
    expect(await where({ host: front.address })).toBe(404);
    expect(await where({ ...tls, body: Buffer.alloc(5_000_000, "x") })).toBe("next");
  });

  it("is led there after a reload, a proxy that was killed, another container, converges and reboots", async () => {
    const led = () => expect.poll(() => where(tls).catch(String), { timeout: 60_000 }).toBe("next");
    await front.onHost("echo >>/etc/berth/proxy/unanswered.http; berth-proxy apply");
    await led();
    await front.converge();
    await front.onHost("kill -9 $(docker inspect -f '{{.State.Pid}}' berth-proxy)");
    await led();
    const image = "image=$(head -1 /etc/berth/proxy/image)";
    await front.onHost(
      `${image}; docker export $(docker create $image true) | docker import - $image; berth-proxy pending`,
    );
    const done = await front.converge();
    expect(done.stdout).toContain("changed: proxy: runs in a container that was made");
    await led();
    for (const machine of [front, next]) {
      await front.yard.machines.stop(machine.id);
      await front.yard.machines.start(machine.id);
      await front.yard.machines.ready(machine.id, "booted");
      await machine.onHost(
        "timeout 60 bash -c 'until docker info >/dev/null 2>&1; do sleep 0.5; done'",
      );
    }
    await next.onHost(application(kmc.httpPort));
    await front.onHost(application(shop.httpPort));
    await front.onHost(application(kmc.httpPort));
    await led();
    for (const machine of [front, next]) await unchanged(machine);
    expect(await moveOf(front, "kmc")).toMatchObject({
      next: { address: next.address, leads: true },
    });
  });

  it("has the edge's certificate demanded where its visitors come in, and not once more", async () => {
    await next.onHost("berth-proxy certificate kmc", together(web.issue(namesOf(kmc))));
    for (const machine of [front, next]) {
      const at = "/var/lib/berth/proxy/origin-pulls/kmc";
      await machine.onHost(
        `cat >${at}.pem; : >${at}.enforced; berth-proxy apply`,
        pulls.certificate,
      );
    }
    await expect(front.ask(tls)).rejects.toThrow();
    expect(await where({ ...tls, client: foreign.issue(["edge"]) })).toBe(403);
    expect(await where({ ...tls, client: pulls.issue(["edge"]) })).toBe("next");
    // Whoever comes there by himself is asked for it as before, under whatever name.
    const direct = (name: string) =>
      next.exec(
        `curl -sk -o /dev/null -w '%{http_code}' --connect-to ::127.0.0.1 -H 'Host: kmc.example.org' https://${name}/`,
      );
    expect((await direct("kmc.example.org")).code).not.toBe(0);
    expect((await direct("kmc.led.berth.invalid")).stdout).toBe("403");
    for (const machine of [front, next]) {
      await machine.onHost("rm /var/lib/berth/proxy/origin-pulls/kmc.*; berth-proxy apply");
    }
  });

  it("cuts off what became something else, and is led here again by unforward", async () => {
    expect([await proxy("unforward kmc"), await where(tls)]).toEqual(["led here: kmc", "here"]);
    await proxy(`prepare kmc ${next.address}`, admission);
    const socket = `exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.1\\r\\nhost: kmc.example.org\\r\\nconnection: upgrade\\r\\nupgrade: websocket\\r\\nsec-websocket-key: aGVsbG8gd29ybGQgMTIzNA==\\r\\nsec-websocket-version: 13\\r\\n\\r\\n' >&3; read -r line <&3; echo "$line"; berth-proxy forward kmc ${next.address} </dev/null; timeout 5 cat <&3 >/dev/null && echo ended`;
    expect(await front.onHost(socket)).toMatch(/^HTTP\/1.1 101 [^]*forwarded: kmc [^]*\nended\n$/);
    await proxy("unforward kmc");
  });

  it("takes those along who kept a connection since before a reload, and holds them too", async () => {
    await proxy("unforward kmc");
    const kept = { ...tls, agent: new https.Agent({ keepAlive: true, maxSockets: 1 }) };
    expect(await where(kept)).toBe("here");
    await proxy(`prepare kmc ${next.address}`, admission);
    await proxy("hold kmc 60");
    const waiting = where(kept);
    await sleep(500);
    await proxy(`forward kmc ${next.address}`);
    await proxy("release kmc");
    expect(await waiting).toBe("next");
    kept.agent.destroy();
    await proxy("unforward kmc");
  });

  it("is not forwarded in a hold for which no way was laid, since a reload would strand who waits", async () => {
    await proxy("hold kmc 60");
    const waiting = where(tls);
    await sleep(300);
    const done = await front.exec(`berth-proxy forward kmc ${next.address}`, admission);
    expect(done.stderr).toContain(`run berth-proxy prepare kmc ${next.address} before the hold`);
    await proxy("release kmc");
    expect(await waiting).toBe("here");
  });

  it("takes all that waited along, and what comes after", async () => {
    const { certificate } = JSON.parse(admission) as { certificate: string };
    await proxy(`prepare kmc ${next.address}`, certificate);
    expect(await where(tls)).toBe("here");
    await proxy("hold kmc 60");
    const waiting = Array.from({ length: 300 }, () =>
      where({ host: "kmc.example.org" }).catch(String),
    );
    await sleep(3_000);
    expect(await proxy(`forward kmc ${next.address}`)).toBe(`forwarded: kmc to ${next.address}`);
    await proxy("release kmc");
    const answers = await Promise.all(waiting);
    expect([...new Set(answers)]).toEqual(["next"]);
    await proxy("unforward kmc");
  });

  it("loses no request in ten switches there and back, kept connections included", async () => {
    await proxy(`prepare kmc ${next.address}`, admission);
    const began = Date.now();
    const load = await underLoad(front.address, tls, async () => {
      for (let round = 0; round < 10; round++) {
        for (const words of [`forward kmc ${next.address}`, "unforward kmc"]) {
          await proxy("hold kmc 60");
          await expect.poll(() => proxy("in-flight kmc"), { timeout: 10_000 }).toBe("0");
          await proxy(words);
          await proxy("release kmc");
          await sleep(300);
        }
      }
    });
    const seconds = (Date.now() - began) / 1000;
    expect(load.failed).toEqual([]);
    process.stderr.write(
      `forward: ${load.asked} requests in ${seconds.toFixed(0)} s over 20 switches, 0 failed\n`,
    );
  });

  it("leaves nothing behind", async () => {
    await proxy("unforward kmc");
    await next.onHost("berth-proxy unadmit kmc");
    expect(
      await front.onHost(
        "ls -A /var/lib/berth/proxy/moves; cat /var/lib/berth/proxy/served/forwarded",
      ),
    ).toBe("");
    expect(await next.onHost("ls -A /var/lib/berth/proxy/moves /etc/berth/firewall.d")).toBe(
      "/etc/berth/firewall.d:\n\n/var/lib/berth/proxy/moves:\n",
    );
    expect(await next.onHost("nft list set inet berth admitted4")).not.toContain("elements");
    for (const machine of [front, next]) await unchanged(machine);
  });
});

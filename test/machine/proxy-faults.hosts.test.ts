import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { Authority, together } from "./certificates";
import { clinic, Front, kmc, namesOf, shop } from "./front";
import { underLoad } from "./visits";

describe("the proxy of a node, while things happen to it", () => {
  const front = new Front();
  const public1 = new Authority("an authority that visitors trust");

  beforeAll(async () => {
    await front.open();
    for (const each of [kmc, shop, clinic]) {
      const done = await front.bring(each.slug, together(public1.issue(namesOf(each))));
      expect(done, done.stderr).toMatchObject({ code: 0 });
    }
  });
  afterAll(async () => {
    public1.remove();
    await front.yard.clear();
  });

  it("loses no request, kept connections included, by reloads and by another container in its place", async () => {
    const renew = async () => {
      const done = await front.bring("kmc", together(public1.issue(namesOf(kmc))));
      expect(done, done.stderr).toMatchObject({ code: 0 });
    };
    const load = await underLoad(
      front.address,
      { host: "kmc.example.org", tls: true },
      async () => {
        for (let round = 0; round < 4; round++) await renew();
        const sites = [kmc, shop];
        const without = await front.converge({ sites });
        expect(without, without.stdout).toMatchObject({ code: 0 });
        expect((await front.converge()).stdout).toContain("changed: proxy: serves something else");
        // As a newer image does.
        await front.onHost(
          "image=$(head -1 /etc/berth/proxy/image); docker export $(docker create $image true) | docker import - $image; berth-proxy pending",
        );
        expect((await front.converge()).stdout).toContain(
          "changed: proxy: runs in a container that was made",
        );
        await renew();
      },
    );
    expect(load.failed).toEqual([]);
    expect(load.asked).toBeGreaterThan(500);
    process.stderr.write(`proxy: ${load.asked} requests, 0 failed\n`);
  });

  it("is whole after a command that was killed at any moment, and the next one ends its work", async () => {
    const tls = { host: "kmc.example.org", tls: true, authority: public1.certificate };
    for (let round = 0; round < 12; round++) {
      const pem = together(public1.issue(namesOf(kmc)));
      await front.exec(
        `timeout -s KILL ${(0.1 + round * 0.25).toFixed(2)} berth-proxy certificate kmc`,
        pem,
      );
      expect((await front.ask(tls)).status).toBe(200);
    }
    const done = await front.exec("berth-proxy apply");
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(await front.onHost("berth-proxy apply")).toBe("unchanged\n");
    expect((await front.converge({}, { check: true })).code).toBe(0);
  });

  it("works one after another where several come at once", async () => {
    const pairs = [kmc, shop, clinic].map(
      (each) => [each.slug, public1.issue(namesOf(each))] as const,
    );
    const done = await Promise.all(pairs.map(([slug, pair]) => front.bring(slug, together(pair))));
    for (const each of done) expect(each, each.stderr).toMatchObject({ code: 0 });
  });

  it("keeps the certificate of a site that is called otherwise from now on", async () => {
    const renamed = { ...shop, slug: "store" };
    const tls = { host: "shop.example.org", tls: true, authority: public1.certificate };
    const load = await underLoad(front.address, { ...tls, host: "kmc.example.org" }, async () => {
      const done = await front.converge({ sites: [clinic, kmc, renamed] });
      expect(done, done.stdout).toMatchObject({ code: 0 });
      expect((await front.ask(tls)).status).toBe(503);
      expect(await front.onHost("ls /var/lib/berth/proxy/certificates")).toBe(
        "clinic.pem\nkmc.pem\nstore.pem\n",
      );
      await front.converge();
      expect((await front.ask(tls)).status).toBe(503);
    });
    expect(load.failed).toEqual([]);
  });

  it("is back after Docker was restarted, after it was killed and after a reboot", async () => {
    const tls = { host: "shop.example.org", tls: true, authority: public1.certificate };
    const back = () =>
      expect
        .poll(() => front.ask(tls).then(({ status }) => status, String), { timeout: 60_000 })
        .toBe(503);
    await front.onHost("systemctl restart docker");
    await back();
    await front.onHost("kill -9 $(docker inspect -f '{{.State.Pid}}' berth-proxy)");
    await back();
    await front.yard.machines.stop(front.id);
    await front.yard.machines.start(front.id);
    await front.yard.machines.ready(front.id, "booted");
    await back();
    expect((await front.converge({}, { check: true })).stdout).not.toContain("proxy");
    expect(JSON.parse(await front.onHost("berth-proxy status"))).toMatchObject({ running: true });
  });

  it("takes no visitors of another machine's with a haproxy that forgets who leads them", async () => {
    const said =
      await front.exec(`cd /etc/berth/proxy; cp -p image /tmp/image; echo berth/haproxy:2.4.30-0 >image
berth-proxy admit kmc 192.0.2.9; status=$?; cp -p /tmp/image image; exit $status`);
    expect(said).toMatchObject({ code: 1 });
    expect(said.stderr).toContain("a machine with haproxy 2.5 or newer, and this one has 2.4.30-0");
    expect(await front.onHost("berth-proxy pending")).toBe("");
  });

  it("goes on where its image cannot be made anew, which is said once", async () => {
    await front.onHost(
      "mkdir /root/kept && mv /etc/apt/sources.list.d /etc/apt/sources.list /var/lib/apt/lists /root/kept/ 2>/dev/null; mkdir -p /etc/apt/sources.list.d /var/lib/apt/lists; echo 'deb [trusted=yes] http://127.0.0.1:9/debian trixie main' >/etc/apt/sources.list",
    );
    expect((await front.converge()).stdout).not.toContain("proxy");
    await front.onHost("docker image rm -f $(head -1 /etc/berth/proxy/image)");
    const done = await front.converge();
    expect(done.code).toBe(statuses.failed);
    expect(done.stdout.split("\n").filter((line) => line.includes("proxy"))).toEqual([
      expect.stringMatching(/^failed: proxy image: could not be made: /),
    ]);
    expect((await front.ask({ host: "shop.example.org", tls: true })).status).toBe(503);
    await front.onHost(
      "rm -r /etc/apt/sources.list* /var/lib/apt/lists; mv /root/kept/sources* /etc/apt/; mv /root/kept/lists /var/lib/apt/",
    );
    const mended = await front.converge();
    expect(mended, mended.stdout).toMatchObject({ code: 0 });
    expect(mended.stdout).toContain("changed: proxy image: missing");
    expect((await front.ask({ host: "shop.example.org", tls: true })).status).toBe(503);
  });
});

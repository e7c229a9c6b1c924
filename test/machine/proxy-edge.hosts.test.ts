import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Authority, together, type Pair } from "./certificates";
import { Front, kmc, namesOf } from "./front";
import { underLoad, type Visit } from "./visits";

/**
 * Stands in for the edge: the machine's own haproxy in a container with an address of its own, which the
 * machine's names lead to. It ends TLS and comes to the machine with a client certificate, or without.
 */
const edge = (address: string) => `set -e
mkdir -p /tmp/edge
cat >/tmp/edge/haproxy.cfg <<CFG
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend visitors
    bind :443 ssl crt /edge/server.pem
    use_backend origin
backend origin
    server origin ${address}:443 ssl verify none sni req.hdr(host) $([ ! -s /tmp/edge/client.pem ] || echo crt /edge/client.pem)
CFG
docker rm -f edge >/dev/null 2>&1 || true
docker run -d --name edge -v /tmp/edge:/edge:ro $(head -1 /etc/berth/proxy/image) haproxy -f /edge/haproxy.cfg >/dev/null
at=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' edge)
sed -i '/kmc.example.org/d' /etc/hosts
echo "$at kmc.example.org www.kmc.example.org old-kmc.example.org" >>/etc/hosts
timeout 20 bash -c "until : >/dev/tcp/$at/443; do sleep 0.1; done" 2>/dev/null`;

describe("origin pulls", () => {
  const front = new Front();
  const names = namesOf(kmc);
  const web = new Authority("an authority of certificates for servers");
  const pulls = new Authority("the authority of kmc");
  const next = new Authority("the next authority of kmc");
  const foreign = new Authority("somebody's authority");
  const tls: Visit = { host: "kmc.example.org", tls: true };
  const comesWith = async (client?: Pair) => {
    await front.onHost(
      "mkdir -p /tmp/edge; cat >/tmp/edge/client.pem",
      client ? together(client) : "",
    );
    await front.onHost(edge(front.address));
  };
  const introduce = (authority: Authority, seconds = 6, slug = "kmc") =>
    front.exec(
      `BERTH_OBSERVE_SECONDS=${seconds} berth-proxy origin-pulls ${slug}`,
      authority.certificate,
    );
  const state = async () =>
    (
      JSON.parse(await front.onHost("berth-proxy status")) as { sites: { originPulls: string }[] }
    ).sites.map(({ originPulls }) => originPulls);

  beforeAll(async () => {
    await front.open();
    await front.onHost("mkdir /tmp/edge; cat >/tmp/edge/server.pem", together(web.issue(names)));
  });
  afterAll(async () => {
    for (const authority of [web, pulls, next, foreign]) authority.remove();
    await front.yard.clear();
  });

  it("are refused before there is a certificate, for a client's own DNS, and of no authority", async () => {
    expect((await introduce(pulls)).stderr).toContain("kmc has no certificate yet");
    expect((await introduce(pulls, 6, "clinic")).stderr).toContain("dns: external");
    await front.onHost("berth-proxy certificate kmc", together(web.issue(names)));
    const given: Readonly<Record<string, string>> = {
      "holds a private key": pulls.key + pulls.certificate,
      "no certificate of an authority": pulls.issue(["client"]).certificate,
      "standard input was empty": "",
    };
    for (const [reason, pem] of Object.entries(given)) {
      const done = await front.exec("berth-proxy origin-pulls kmc", pem);
      expect(done.code, reason).toBe(1);
      expect(done.stderr).toContain(reason);
    }
    expect(await state()).toEqual(["absent", "absent", "absent"]);
  });

  it("stay optional while a name is not seen to come with the certificate, and visitors are served", async () => {
    await comesWith();
    const load = await underLoad(front.address, tls, async () => {
      const done = await introduce(pulls);
      expect(done.code).toBe(1);
      expect(done.stderr).toMatch(
        /^berth-proxy: the origin pulls of kmc stay optional; not seen from the edge: kmc.example.org: plain; www[^\n]*\n$/,
      );
    });
    expect(load.failed).toEqual([]);
    expect(await state()).toEqual(["absent", "optional", "absent"]);
    // Somebody's certificate breaks nothing, and proves nothing.
    const client = foreign.issue(["edge"]);
    expect((await front.ask({ ...tls, client })).status).toBe(200);
    await comesWith(client);
    expect((await introduce(pulls)).stderr).toContain("kmc.example.org: plain");
    expect((await front.ask({ host: "kmc.example.org" })).status).toBe(200);
  });

  it("are enforced once every name is seen, and nothing that the edge brings is lost on the way", async () => {
    const client = pulls.issue(["edge"]);
    await comesWith(client);
    const load = await underLoad(front.address, { ...tls, client }, async () => {
      const done = await introduce(pulls, 60);
      expect(done, done.stderr).toMatchObject({ code: 0, stdout: "enforced: kmc\n" });
    });
    expect(load.failed).toEqual([]);
    expect(await state()).toEqual(["absent", "enforced", "absent"]);
  });

  it("then let in nobody else: neither plain nor with another's certificate nor by another's session", async () => {
    await expect(front.ask(tls)).rejects.toThrow();
    expect((await front.ask({ ...tls, client: foreign.issue(["edge"]) })).status).toBe(403);
    expect((await front.ask({ ...tls, client: pulls.issue(["edge"]) })).status).toBe(200);
    expect(await front.ask({ host: "kmc.example.org", path: "/a" })).toMatchObject({
      status: 301,
      headers: { location: "https://kmc.example.org/a" },
    });
    // No session is ever gone on with: it would bring a name what was shown to another.
    await front.onHost("cat >/tmp/client.pem", together(pulls.issue(["edge"])));
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const openssl = `openssl s_client -connect 127.0.0.1:443 -servername kmc.example.org -cert /tmp/client.pem ${version}`;
      const said = await front.onHost(
        `rm -f /tmp/session; (sleep 1) | ${openssl} -sess_out /tmp/session >/dev/null 2>&1; if [ -s /tmp/session ]; then (sleep 1) | ${openssl} -sess_in /tmp/session 2>/dev/null; else echo no session; fi`,
      );
      expect(said).not.toContain("Reused,");
    }
  });

  it("never open again: the same authority once more, or another whose certificates nobody shows", async () => {
    expect(await introduce(pulls, 30)).toMatchObject({ code: 0, stdout: "enforced: kmc\n" });
    const done = await introduce(next);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain("stay enforced; not seen from the edge");
    expect(done.stderr).toContain("edge, with a client certificate of another authority");
    await expect(front.ask(tls)).rejects.toThrow();
    expect((await front.ask({ ...tls, client: pulls.issue(["edge"]) })).status).toBe(200);
  });

  it("change their authority while both are taken, until the edge shows the new one's", async () => {
    await comesWith(next.issue(["edge"]));
    expect(await introduce(next, 60)).toMatchObject({ code: 0, stdout: "enforced: kmc\n" });
    expect((await front.ask({ ...tls, client: next.issue(["edge"]) })).status).toBe(200);
    expect((await front.ask({ ...tls, client: pulls.issue(["edge"]) })).status).toBe(403);
  });

  it("answer nobody who does not know the token of a run that goes on", async () => {
    const client = next.issue(["edge"]);
    const reply = await front.ask({ ...tls, client, path: "/.well-known/berth/0123456789" });
    expect(JSON.parse(reply.body)).toMatchObject({ path: "/.well-known/berth/0123456789" });
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { application } from "./application";
import { Front, kmc, shop } from "./front";

/** A container that publishes a port, of what the machine has. */
const published = (port: number) =>
  [
    "cd /",
    "libraries=$(ldd /usr/bin/perl | grep -o '/[^ ]*')",
    "tar -ch usr/bin/perl usr/lib/x86_64-linux-gnu/perl-base $libraries | docker import - listener >/dev/null",
    `docker run -d --name theirs -p ${port}:9 listener /usr/bin/perl -MIO::Socket::INET -e '` +
      "my $s = IO::Socket::INET->new(LocalPort => 9, Listen => 9) or die; while (my $c = $s->accept) { close $c }'",
  ].join("\n");

describe("a machine with a proxy of its own", () => {
  const front = new Front();
  front.declared = {
    manage: ["people", "proxy", "deploy"],
    sites: [kmc, shop],
    madeByBerth: false,
  };
  const lines = (stdout: string) => stdout.split("\n").filter((line) => line.includes("proxy"));
  const theirs = async () => (await front.ask({ host: "theirs.example.net" })).body;

  beforeAll(async () => {
    await front.yard.open();
    front.address = await front.yard.create(front.id, 0, { docker: true });
    await front.yard.machines.ready(front.id, "booted");
    front.key = await front.yard.enter(front.address);
    await front.onHost(
      "mkdir /srv/theirs; echo theirs >/srv/theirs/index.html; systemd-run --quiet --unit=theirs -p WorkingDirectory=/srv/theirs python3 -m http.server 80; timeout 30 bash -c 'until : >/dev/tcp/127.0.0.1/80; do sleep 0.1; done' 2>/dev/null",
    );
  });
  afterAll(() => front.yard.clear());

  it("keeps it: who listens is named, nothing of the proxy is put beside it, all else is done", async () => {
    for (const check of [false, true]) {
      const done = await front.converge({}, { check });
      expect(done.code).toBe(statuses.failed);
      expect(lines(done.stdout)).toEqual([
        expect.stringMatching(
          /^failed: proxy: python3 \(process \d+\) listens on port 80: it is left as it is/,
        ),
      ]);
      expect(await theirs()).toBe("theirs\n");
    }
    const left = await front.onHost(
      "ls -d /etc/berth/proxy /var/lib/berth/proxy /usr/local/sbin/berth-proxy 2>/dev/null; docker images -q; docker ps -aq; true",
    );
    expect(left).toBe("");
    expect(await front.onHost("getent group dev")).toContain("ana,bob");
  });

  it("keeps a container that publishes a port of the web", async () => {
    await front.onHost("systemctl stop theirs");
    await front.onHost(published(443));
    const done = await front.converge();
    expect(lines(done.stdout)).toEqual([
      expect.stringMatching(/^failed: proxy: the container theirs publishes port 443: it is left/),
    ]);
    await front.onHost("docker rm -f theirs");
  });

  it("has the proxy once the ports are free, and keeps it where it is managed no more", async () => {
    const done = await front.converge();
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    await front.onHost(application(kmc.httpPort));
    expect((await front.ask({ host: "kmc.example.org" })).status).toBe(200);
    for (let round = 0; round < 2; round++) {
      const without = await front.converge({ manage: ["people", "deploy"], sites: [] });
      expect(without).toMatchObject({ code: statuses.done });
      expect(lines(without.stdout)).toEqual([
        expect.stringMatching(
          /^note: proxy: is not managed any more and as it was; to take it out:/,
        ),
      ]);
    }
    expect((await front.ask({ host: "kmc.example.org" })).status).toBe(200);
  });

  it("needs a Docker that answers, and says so", async () => {
    await front.onHost(
      "systemctl stop docker.socket docker.service; mv /usr/bin/docker /usr/bin/docker.away",
    );
    const done = await front.converge({ manage: ["people", "proxy"] });
    expect(done.code).toBe(statuses.failed);
    expect(lines(done.stdout)).toEqual([
      "failed: proxy: needs Docker, which is not here or does not answer; let manage name deploy, or install it",
    ]);
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { application } from "./application";
import { Front, kmc } from "./front";
import { underLoad } from "./visits";

describe("a site whose application is replaced", () => {
  const front = new Front();
  const asked = { host: "kmc.example.org" };
  const proxy = async (words: string) => (await front.onHost(`berth-proxy ${words}`)).trim();
  const inFlight = async () => Number(await proxy("in-flight kmc"));
  const waits = async () =>
    Number(
      await front.onHost(
        `docker exec -i berth-proxy socat - UNIX-CONNECT:/run/berth-proxy/admin.sock <<<'show stat' | grep '^held-kmc,BACKEND,' | cut -d, -f5`,
      ),
    );
  const stop = () => front.onHost(`systemctl stop application-${kmc.httpPort}`);
  /** One that answers 500 to everything. */
  const broken = `systemd-run --quiet --unit=broken python3 -c "
import http.server
class Broken(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_error(500)
    do_POST = do_GET
http.server.ThreadingHTTPServer(('127.0.0.1', ${kmc.httpPort}), Broken).serve_forever()"
timeout 20 bash -c 'until : >/dev/tcp/127.0.0.1/${kmc.httpPort}; do sleep 0.1; done' 2>/dev/null`;

  /** One that answers 500 to whoever comes while sixty others are there. */
  const narrow = `systemd-run --quiet --unit=narrow python3 -c "
import http.server, threading, time
there = []
class Narrow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        there.append(1)
        time.sleep(0.05)
        status = 200 if len(there) <= 60 else 500
        there.pop()
        self.send_response(status)
        self.send_header('content-length', '0')
        self.end_headers()
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 500
Server(('127.0.0.1', ${kmc.httpPort}), Narrow).serve_forever()"
timeout 20 bash -c 'until : >/dev/tcp/127.0.0.1/${kmc.httpPort}; do sleep 0.1; done' 2>/dev/null`;

  /** One that never ends with some. */
  const endless = `systemd-run --quiet --unit=endless python3 -c "
import http.server, threading
class Endless(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/long': threading.Event().wait()
        self.send_response(200)
        self.send_header('content-length', '0')
        self.end_headers()
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 500
    daemon_threads = True
Server(('127.0.0.1', ${kmc.httpPort}), Endless).serve_forever()"
timeout 20 bash -c 'until : >/dev/tcp/127.0.0.1/${kmc.httpPort}; do sleep 0.1; done' 2>/dev/null`;

  beforeAll(() => front.open());
  afterAll(() => front.yard.clear());

  it("loses no request: what is in flight ends, what comes waits, and goes on", async () => {
    const load = await underLoad(front.address, asked, async () => {
      await sleep(500);
      await proxy("hold kmc 60");
      await expect.poll(inFlight, { timeout: 10_000 }).toBe(0);
      await stop();
      await sleep(2_000);
      await front.onHost(application(kmc.httpPort));
      await proxy("release kmc");
      await sleep(1_000);
    });
    expect(load.failed).toEqual([]);
    expect(load.asked).toBeGreaterThan(50);
  });

  it("shows visitors nothing of a version that was not released, nor holds up a neighbour", async () => {
    const load = await underLoad(front.address, asked, async () => {
      await proxy("hold kmc 60");
      await expect.poll(inFlight, { timeout: 10_000 }).toBe(0);
      await stop();
      await front.onHost(broken);
      expect((await front.ask({ host: "shop.example.org" })).status).toBe(503);
      await front.onHost("systemctl stop broken");
      await front.onHost(application(kmc.httpPort));
      await proxy("release kmc");
    });
    expect(load.failed).toEqual([]);
  });

  it("comes back little by little where many waited, for an application that takes few at once", async () => {
    await proxy("hold kmc 60");
    await expect.poll(inFlight, { timeout: 10_000 }).toBe(0);
    await stop();
    await front.onHost(narrow);
    const waiting = Array.from({ length: 700 }, () => front.ask(asked));
    // Who comes after the release waits for nobody.
    await expect.poll(waits, { timeout: 15_000 }).toBe(700);
    await proxy("release kmc");
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    await front.onHost("systemctl stop narrow");
    await front.onHost(application(kmc.httpPort));
    const others = statuses.filter((status) => status !== 200);
    expect([others.length, ...new Set(others)]).toEqual([0]);
  });

  it("lets those behind long requests in too", async () => {
    await proxy("hold kmc 60");
    await expect.poll(inFlight, { timeout: 10_000 }).toBe(0);
    await stop();
    await front.onHost(endless);
    const long = Array.from({ length: 60 }, () => front.ask({ ...asked, path: "/long" }));
    await sleep(1_500);
    const short = Array.from({ length: 60 }, () => front.ask(asked));
    await sleep(1_500);
    await proxy("release kmc");
    const answered = (await Promise.all(short)).map(({ status }) => status);
    await front.onHost("systemctl stop endless");
    await Promise.allSettled(long);
    await front.onHost(application(kmc.httpPort));
    expect(answered.filter((status) => status !== 200)).toEqual([]);
  });

  it("waits no longer than was said, whoever forgets to release it", async () => {
    await proxy("hold kmc 3");
    await sleep(3_500);
    expect((await front.ask(asked)).status).toBe(200);
  });

  it("waits also behind a proxy that was killed and started anew", async () => {
    await proxy("hold kmc 60");
    await front.onHost("kill -9 $(docker inspect -f '{{.State.Pid}}' berth-proxy)");
    let answered = 0;
    await expect
      .poll(() => front.ask({ host: "shop.example.org" }).then(({ status }) => status, String), {
        timeout: 20_000,
      })
      .toBe(503);
    const waiting = front.ask(asked).then(({ status }) => (answered = status));
    await sleep(1_000);
    expect(answered).toBe(0);
    await proxy("release kmc");
    expect(await waiting).toBe(200);
  });

  it("lets no other configuration in while requests wait, which would strand them", async () => {
    await proxy("hold kmc 60");
    const waiting = front.ask(asked);
    const applied = front.onHost("echo >>/etc/berth/proxy/unanswered.http; berth-proxy apply");
    await sleep(1_500);
    await proxy("release kmc");
    expect((await waiting).status).toBe(200);
    expect(await applied).toContain("changed: generation");
  });

  it("does not take a connection that became a WebSocket for a request in flight", async () => {
    const open = `exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.1\\r\\nhost: kmc.example.org\\r\\nconnection: upgrade\\r\\nupgrade: websocket\\r\\nsec-websocket-key: aGVsbG8gd29ybGQgMTIzNA==\\r\\nsec-websocket-version: 13\\r\\n\\r\\n' >&3; read -r line <&3; echo "$line"; berth-proxy in-flight kmc`;
    expect(await front.onHost(open)).toMatch(/^HTTP\/1.1 101 [^\n]*\n0\n$/);
  });

  it.each([
    ["hold kmc 901", /901: is no number of seconds from 1 to 900/],
    ["hold kmc -5", /is no number of seconds/],
    ["hold other 5", /other is no site of this machine/],
    ["release '../x'", /is no site of this machine/],
    ["in-flight nobody", /does not serve nobody/],
  ])("refuses %s", async (words, message) => {
    const done = await front.exec(`berth-proxy ${words}`);
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(message);
  });
});

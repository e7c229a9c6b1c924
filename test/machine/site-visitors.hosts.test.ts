import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { site } from "./front";
import { delivery, Quay, type Files } from "./quay";
import { underLoad, type Load } from "./visits";

const port = 18_016;

/** Answers with its version; as `broken` it says of itself that it is not well. */
const application = (version: string, broken = false) => `import http.server
class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b"${version}"
        self.send_response(500 if ${broken ? "True" : "False"} else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
    def log_message(self, *args): pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 100
Server(("", 8000), Site).serve_forever()
`;

/** In front of the application: keeps the address that it looked up when it started, as nginx does. */
const front = `import socket, threading, time
address = None
while address is None:
    try: address = socket.gethostbyname("web")
    except OSError: time.sleep(0.2)
def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError: pass
    for each in (source, sink):
        try: each.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def serve(client):
    try: server = socket.create_connection((address, 8000), timeout=5)
    except OSError: return client.close()
    server.settimeout(None)
    threading.Thread(target=carry, args=(client, server)).start()
    carry(server, client)
listener = socket.create_server(("", 80), backlog=100)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;

const repository: Files = {
  "app.py": application("one"),
  "front.py": front,
  Dockerfile: `FROM quay:1\nCOPY app.py /app.py\nCMD ["python3", "-u", "/app.py"]\n`,
  "docker-compose.yml": `services:
  nginx:
    image: quay:1
    command: ["python3", "-u", "/front.py"]
    stop_signal: SIGKILL
    volumes: ["./front.py:/front.py:ro"]
  web:
    build: .
    stop_signal: SIGKILL
`,
  "dc.prod.yml": `services:\n  nginx:\n    ports: ["80:80"]\n`,
  ".gitignore": "docker-compose.override.yml\n",
};

describe("visitors of a site while another version takes its place", () => {
  const quay = new Quay();
  const asked = { host: "shop.example.org" };
  const deliver = async (command: string, code = 0) => {
    const done = await quay.site(command);
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code });
    return done.stdout;
  };
  const during = (work: () => Promise<unknown>): Promise<Load> =>
    underLoad(quay.address, asked, work);
  const version = () => quay.onHost(`curl -sS -H 'Host: ${asked.host}' http://127.0.0.1`);

  beforeAll(async () => {
    quay.sites = [site("shop", port)];
    await quay.open([delivery("shop", port, { health: { path: "/healthz", seconds: 6 } })]);
    await quay.commit("shop", repository);
    await deliver("deploy shop");
  });
  afterAll(() => quay.yard.clear());

  it("wait for a good one, and none fails; what stayed in front looks for it anew", async () => {
    await quay.commit("shop", { "app.py": application("two") });
    let said = "";
    const load = await during(async () => (said = await deliver("deploy shop")));
    expect(load.failed).toEqual([]);
    expect(load.asked).toBeGreaterThan(50);
    expect(said).toContain("restart: nginx, since others behind it are new");
    expect(await version()).toBe("two");
  });

  it("see nothing of one that is not well: the old one is back, and none fails", async () => {
    await quay.commit("shop", { "app.py": application("three", true) });
    let said = "";
    const load = await during(async () => (said = await deliver("deploy shop", 1)));
    expect(load.failed).toEqual([]);
    expect(said).toMatch(/failed: [0-9a-f]{12}: \/healthz answers 500/);
    expect(said).toMatch(/restored: [0-9a-f]{12} serves again/);
    expect(await version()).toBe("two");
  });

  it("wait for the one before as well, and none fails", async () => {
    const load = await during(() => deliver("rollback shop"));
    expect(load.failed).toEqual([]);
    expect(await version()).toBe("one");
  });
});

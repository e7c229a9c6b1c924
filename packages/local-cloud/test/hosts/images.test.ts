import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { thisComputer } from "../../ground/computer";
import { imageService } from "../../images";
import type { Machines } from "../../hosts";
import { Ground, traces } from "./boot-ground";

const ground = new Ground();
let machines: Machines;

/** A project's three kinds of service, in the words that they are written in for the public images. */
const compose = `services:
  db:
    image: postgres:17
    environment: { POSTGRES_PASSWORD: "pass $$word", POSTGRES_DB: shop, POSTGRES_USER: keeper }
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "keeper", "-d", "shop", "-h", "127.0.0.1"]
      interval: 1s
      retries: 30
  web:
    build: { context: . }
    depends_on: { db: { condition: service_healthy } }
  front:
    image: nginx:1
    ports: ["127.0.0.1:8080:80"]
    volumes: ["./front.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [web]
volumes: { data: {} }
`;
const dockerfile = `FROM python:3
COPY app.py /app.py
RUN python3 -c 'import psycopg2' && id
CMD ["python3", "/app.py"]
`;
const app = `import http.server, psycopg2
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with psycopg2.connect("host=db dbname=shop user=keeper password='pass $word'") as c, c.cursor() as q:
            q.execute("SELECT current_database()")
            text = q.fetchone()[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
`;
const front = "server { listen 80; location / { proxy_pass http://web:8000; } }\n";

async function onHost(command: string, input = ""): Promise<string> {
  const done = await machines.exec("shop", ["bash", "-c", `exec 2>&1; ${command}`], input);
  if (done.code !== 0) throw new Error(`${command.slice(0, 80)}: ${done.stdout}`);
  return done.stdout;
}

beforeAll(async () => {
  machines = await ground.open({ services: [imageService(thisComputer())] });
  const address = machines.addressAt(0);
  await machines.create({ id: "shop", name: "shop", address, cloud: "client", login: "root" });
  await machines.ready("shop", "booted");
  const written = { "docker-compose.yml": compose, "front.conf": front, "app.py": app };
  for (const [file, text] of Object.entries({ ...written, Dockerfile: dockerfile })) {
    await onHost(`mkdir -p /srv/shop && cat >/srv/shop/${file}`, text);
  }
});

afterAll(async () => {
  await ground.clear();
  expect(await traces(ground.layout)).toEqual([]);
});

const compose_ = "cd /srv/shop && docker compose";

describe("images on a machine of the local cloud", () => {
  it("are pulled and built upon by their public names", async () => {
    await onHost(
      `${compose_} up -d --build --quiet-pull || { docker compose logs --tail 20; false; }`,
    );
    const asked = await onHost("curl -sS --retry 20 --retry-all-errors http://127.0.0.1:8080/");
    expect(asked).toBe("shop");
    expect(await onHost("docker image inspect -f '{{.RepoDigests}}' nginx:1")).toMatch(
      /^\[nginx@sha256:[0-9a-f]{64}\]/,
    );
  });

  it("keep a database's rows, and end it at once while clients are connected", async () => {
    const ask = `${compose_} exec -T db psql -U keeper shop -Atc`;
    await onHost(`${ask} 'CREATE TABLE kept AS SELECT 1' </dev/null`);
    await onHost(`${compose_} exec -dT db psql -U keeper shop -c 'SELECT pg_sleep(600)'`);
    await onHost(`${compose_} stop db`);
    const state = "docker inspect -f '{{.State.ExitCode}}' shop-db-1";
    expect((await onHost(state)).trim()).toBe("0");
    await onHost(`${compose_} up -d --wait db`);
    expect((await onHost(`${ask} 'SELECT count(*) FROM kept' </dev/null`)).trim()).toBe("1");
  });

  it("take a password over the network alone, and log to the container's streams", async () => {
    const wrong = "docker compose exec -T -e PGPASSWORD=wrong db psql -h db -U keeper shop -c ''";
    expect(await onHost(`cd /srv/shop; ${wrong} </dev/null || true`)).toContain(
      "password authentication failed",
    );
    expect(await onHost(`${compose_} logs front`)).toContain("GET / HTTP/1.1");
  });
});

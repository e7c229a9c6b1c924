import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

import { statuses } from "../../components/machine/script";
import type { Delivery } from "../../components/placement/deliveries";
import type { Site } from "../../components/placement/sites";
import type { GatewayService } from "../../packages/local-cloud/hosts";
import { imageService } from "../../packages/local-cloud/images";
import { thisComputer } from "../../rehearsal/computer";
import { site } from "./front";
import { delivery, Quay, repositories, type Files } from "./quay";

/** A project with a real database, a worker that writes straight to it, and what visitors see. */
export const movedProject: Files = {
  "docker-compose.yml": `services:
  nginx:
    image: python:3
    command: ["python3", "-u", "/site/web.py"]
    stop_signal: SIGKILL
    depends_on: {db: {condition: service_healthy}}
    volumes: ["./web.py:/site/web.py:ro", "media:/media"]
    restart: always
  worker:
    image: python:3
    command: ["python3", "-u", "/site/worker.py"]
    stop_signal: SIGKILL
    depends_on: {db: {condition: service_healthy}}
    volumes: ["./worker.py:/site/worker.py:ro", "acknowledged:/acknowledged"]
    restart: always
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: "pass $$word", POSTGRES_USER: keeper, POSTGRES_DB: app}
    volumes: ["pgdata:/var/lib/postgresql/data", "./first.sql:/docker-entrypoint-initdb.d/first.sql:ro"]
    restart: always
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "keeper", "-d", "app", "-h", "127.0.0.1"]
      interval: 1s
      retries: 30
volumes: {pgdata: {}, media: {}, acknowledged: {}}
`,
  "dc.prod.yml": `services: {nginx: {ports: ["80:8000"]}}\n`,
  "first.sql": `CREATE TABLE visit AS SELECT n AS id, md5(n::text) AS body FROM generate_series(1, 1000) n;
CREATE TABLE ledger (writer text, n bigint, at timestamptz DEFAULT now(), PRIMARY KEY (writer, n));
CREATE SEQUENCE ticket;
CREATE SEQUENCE visits;
`,
  "web.py": `import http.server, psycopg2
class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            c = psycopg2.connect("host=db dbname=app user=keeper password='pass $word' connect_timeout=3")
            k = c.cursor(); k.execute("INSERT INTO ledger VALUES ('web', nextval('visits'))"); c.commit(); c.close()
            self.send_response(200)
        except Exception as e:
            self.send_response(500)
        self.end_headers()
http.server.ThreadingHTTPServer(("", 8000), Site).serve_forever()
`,
  "worker.py": `import os, psycopg2, socket, time
me, n = "%s-%d" % (socket.gethostname(), time.time()), 0
while True:
    try:
        c = psycopg2.connect("host=db dbname=app user=keeper password='pass $word' connect_timeout=3")
        k = c.cursor()
        k.execute("SET default_transaction_read_only = off")
        c.commit()
        with open("/acknowledged/" + me, "a") as acknowledged:
            while True:
                n += 1
                k.execute("INSERT INTO ledger VALUES (%s, %s)", (me, n))
                c.commit()
                acknowledged.write("%d\\n" % n)
                acknowledged.flush()
                time.sleep(0.005)
    except psycopg2.Error:
        time.sleep(0.02)
`,
  ".gitignore": "docker-compose.override.yml\n.env\n",
};

/** What verbs answer, as far as this test reads it. */
export interface Answer {
  readonly role: string;
  readonly phase: string;
  readonly marker: { readonly role: string } | null;
  readonly key: string;
  readonly healthy: boolean;
  readonly seconds: Readonly<Record<string, number>>;
}
export interface Followed {
  readonly databases: { readonly db: { readonly streaming: boolean; readonly position: string } };
}
export interface Offered {
  readonly database: { readonly db: { readonly password: string } };
}

/** A machine that serves a project and shall give it away. */
export class Leaver extends Quay {
  protected override readonly ground = repositories;
  override sites: readonly Site[] = [
    site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] }),
  ];
  override deliveries: readonly Delivery[] = [
    delivery("shop", 18_016, { health: { path: "/", seconds: 60 } }),
  ];

  protected override get services(): readonly GatewayService[] {
    return [imageService(thisComputer())];
  }

  /** Delivers the project there. */
  async deliver(files: Files = movedProject): Promise<void> {
    await this.commit("shop", files);
    await this.onHost("berth-site deploy shop >&2");
  }

  sql(text: string, database = "app"): Promise<string> {
    return this.onHost(
      `docker exec -i shop-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U keeper ${database} 2>&1`,
      text,
    );
  }

  /** The JSON that a verb answers. */
  async verb(words: string, input = ""): Promise<Answer & Followed & Offered> {
    const [name, ...rest] = words.split(" ");
    const said = await this.onHost(`berth-move ${name} shop ${rest.join(" ")}`, input);
    return JSON.parse(said.trim().split("\n").at(-1)!) as Answer & Followed & Offered;
  }

  /** Why a verb is refused. */
  async refused(words: string, input = ""): Promise<string> {
    const [name, ...rest] = words.split(" ");
    const done = await this.exec(`berth-move ${name} shop ${rest.join(" ")}`, input);
    expect(done, done.stderr).toMatchObject({ code: statuses.refused });
    return done.stderr;
  }

  /** The numbers of the rows that this machine's workers were told are written, by who wrote them. */
  async acknowledged(): Promise<Map<string, number[]>> {
    const said = await this.onHost(
      "cd /var/lib/docker/volumes/shop_acknowledged/_data && awk '{ print FILENAME, $1 }' *",
    );
    const written = new Map<string, number[]>();
    for (const line of said.trim().split("\n")) {
      const [writer, number] = line.split(" ") as [string, string];
      if (!written.has(writer)) written.set(writer, []);
      written.get(writer)!.push(Number(number));
    }
    return written;
  }

  /** The numbers of one writer's rows. */
  async rows(writer: string): Promise<number[]> {
    const said = await this.sql(`SELECT n FROM ledger WHERE writer = '${writer}'`);
    return said
      .split("\n")
      .filter((line) => line !== "")
      .map(Number);
  }

  /** Every row that was acknowledged is there, and once. */
  async allThere(written: Map<string, number[]>): Promise<void> {
    for (const [writer, numbers] of written) {
      const there = await this.rows(writer);
      const different = new Set(there);
      expect(there.length).toBe(different.size);
      expect(numbers.filter((number) => !different.has(number))).toEqual([]);
    }
  }

  /** Somebody writes here. */
  async goesOn(): Promise<void> {
    const before = await this.sql("SELECT max(at) FROM ledger");
    for (let round = 0; round < 100; round++) {
      await sleep(100);
      const done = await this.exec(
        `docker exec shop-db-1 psql -XqAt -U keeper app -c "SELECT max(at) > '${before.trim()}' FROM ledger"`,
      );
      if (done.stdout.trim() === "t") return;
    }
    throw new Error("nothing was written for ten seconds");
  }
}

/** The machine that takes it, in the same yard. */
export class Taker extends Leaver {
  override readonly id = "1002";
  override readonly yard: Leaver["yard"];

  constructor(private readonly leaver: Leaver) {
    super();
    this.yard = leaver.yard;
  }

  async come(): Promise<void> {
    await this.arrive(this.ground, 1);
  }
}

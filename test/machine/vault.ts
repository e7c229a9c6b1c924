import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect } from "vitest";

import type { MachineDeclaration } from "../../components/machine/script";
import type { BackedUp } from "../../components/placement/backed-up";
import type { GatewayService } from "../../packages/local-cloud/hosts";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { imageService } from "../../packages/local-cloud/images";
import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { thisComputer } from "../../rehearsal/computer";
import { Archives } from "./archives";
import { Quay, repositories, type Files } from "./quay";

/** What a test has backed up; it is never due by itself but for the first time. */
export const backedUp = (slug: string, changes: Partial<BackedUp> = {}): BackedUp => ({
  slug,
  environment: "prod",
  bucket: "archives",
  region: "us-east-1",
  prefix: `backups/${slug}/`,
  kind: "postgres",
  at: ["00:00"],
  consistency: "snapshot",
  files: [],
  exclude: {},
  shrink: 0.5,
  recipients: [],
  ...changes,
});

/** A repository with a real database, which has a table from the start, and a volume of files. */
export const dataProject: Files = {
  "docker-compose.yml": `services:
  nginx:
    image: python:3
    command: ["python3", "-m", "http.server", "8000", "--directory", "/media"]
    stop_signal: SIGKILL
    depends_on: {db: {condition: service_healthy}}
    volumes: ["media:/media"]
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: "pass $$word", POSTGRES_USER: keeper, POSTGRES_DB: app}
    volumes: ["pgdata:/var/lib/postgresql/data", "./first.sql:/docker-entrypoint-initdb.d/first.sql:ro"]
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "keeper", "-d", "app", "-h", "127.0.0.1"]
      interval: 1s
      retries: 30
volumes: {pgdata: {}, media: {}}
`,
  "dc.prod.yml": `services: {nginx: {ports: ["80:8000"]}}\n`,
  "first.sql":
    "CREATE TABLE visit AS SELECT n AS id, md5(n::text) AS body FROM generate_series(1, 1000) n;\n",
  ".gitignore": "docker-compose.override.yml\n.env\n",
};

/** What `berth-backup status` tells of one project. */
export interface Told {
  readonly running: object | null;
  readonly last: Taken | null;
  readonly lastTaken: Taken | null;
  readonly next: string;
  readonly awaits: string | null;
  readonly restoring: boolean;
}
interface Taken {
  readonly at: string;
  readonly by: string;
  readonly verdict: string;
  readonly why: string;
  readonly key: string | null;
  readonly notes: readonly string[];
}

/** A manifest, as far as tests read it. */
export interface Manifest {
  readonly databases: readonly {
    readonly service: string;
    readonly roles: readonly string[];
    readonly databases: readonly {
      readonly name: string;
      readonly path: string;
      readonly owner: string;
      readonly sha256: string;
      readonly tables: readonly {
        readonly name: string;
        readonly rows: number;
        readonly dumped: number;
      }[];
    }[];
  }[];
  readonly files: readonly {
    readonly name: string;
    readonly entries: number;
    readonly changed: readonly string[];
  }[];
  readonly left_out: readonly { readonly what: string; readonly reason: string }[];
  readonly archive: { readonly key: string; readonly bytes: number; readonly sha256: string };
}

/** A booted machine that delivers and backs up, with images, S3 and a key for each project. */
export class Vault extends Quay {
  readonly archives: Archives = new Archives();
  backups: readonly BackedUp[] = [];
  readonly keys: Record<string, AccessKey> = {};
  protected override readonly ground = repositories;

  protected override get wanted(): Partial<MachineDeclaration> {
    return { ...super.wanted, backups: this.backups };
  }

  protected override get services(): readonly GatewayService[] {
    return [imageService(thisComputer()), this.archives.service];
  }

  /** Opens S3 with a bucket before there is a machine. */
  async prepare(): Promise<void> {
    await this.archives.open();
    await this.archives.bucket("archives");
    for (const { slug, prefix } of this.backups) {
      this.keys[slug] = await this.archives.writeOnlyKey("archives", prefix);
    }
  }

  async close(): Promise<void> {
    await this.yard.clear();
    await this.archives.close();
  }

  backup(command: string, input = "") {
    return this.exec(`berth-backup ${command}`, input);
  }

  /** Brings a project's key as a deployment's session does. */
  async bringKey(slug: string, { accessKeyId, secretAccessKey } = this.keys[slug]!) {
    const done = await this.backup(`key ${slug}`, JSON.stringify({ accessKeyId, secretAccessKey }));
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  }

  async told(slug: string): Promise<Told> {
    return JSON.parse(await this.onHost(`berth-backup status ${slug}`)) as Told;
  }

  /** Waits until what is told of a project is so. */
  async until(slug: string, is: (told: Told) => boolean): Promise<Told> {
    for (let round = 0; round < 240; round++) {
      const told = await this.told(slug);
      if (is(told)) return told;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`not so in two minutes: ${JSON.stringify(await this.told(slug))}`);
  }

  /** A run that succeeds; the archive's key. */
  async taken(slug: string): Promise<string> {
    const done = await this.backup(`run ${slug} --by ana`);
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    return /^taken: (\S+),/m.exec(done.stdout)![1]!;
  }

  /** Keys below a project's prefix. */
  async stored(slug: string): Promise<string[]> {
    const keys = await this.archives.as().keys("archives");
    return keys.filter((key) => key.startsWith(`backups/${slug}/`));
  }

  /** An object, byte for byte. Not waited for in this program: the server's door is in it. */
  async bytes(key: string): Promise<Buffer> {
    const { endpoint, authorityFile, administrator } = this.archives;
    const client = new S3Client({
      ...{ region: "us-east-1", endpoint, forcePathStyle: true, credentials: administrator },
    });
    const asked = new GetObjectCommand({ Bucket: "archives", Key: key });
    const address = await getSignedUrl(client, asked, { expiresIn: 600 });
    const file = join(this.yard.ground.directory, "object");
    const got = await tryRun(["curl", "-sSf", "--cacert", authorityFile, "-o", file, address]);
    expect(got).toMatchObject({ code: 0, stderr: "" });
    return readFileSync(file);
  }

  /** What a person's command brings to a machine that shall restore an archive. */
  async wish(key: string): Promise<string> {
    const client = new S3Client({
      region: "us-east-1",
      endpoint: "https://s3.us-east-1.amazonaws.com",
      forcePathStyle: true,
      credentials: this.archives.administrator,
    });
    const command = new GetObjectCommand({ Bucket: "archives", Key: key });
    const address = await getSignedUrl(client, command, { expiresIn: 3600 });
    return JSON.stringify({ address, manifest: await this.manifest(key) });
  }

  /** What the site answers on its own port. */
  visitStatus(httpPort: number): Promise<string> {
    return this.onHost(
      `curl -sS -m 10 -o /dev/null -w '%{http_code}' http://127.0.0.1:${httpPort}/`,
    );
  }

  async manifest(key: string): Promise<Manifest> {
    const { body } = await this.archives
      .as()
      .must("GET", `archives/${key.replace(/\.tar\.lrz$/, ".manifest.json")}`);
    return JSON.parse(body) as Manifest;
  }

  /** SQL in a project's database, as its superuser. */
  sql(slug: string, text: string, database = "app"): Promise<string> {
    return this.onHost(
      `docker exec -i ${slug}-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U keeper ${database} 2>&1`,
      text,
    );
  }
}

/** The machine that comes after one that was lost: it knows nothing of it but what is declared. */
export class Successor extends Vault {
  override readonly id = "1002";
  override readonly yard: Vault["yard"];
  override readonly archives: Archives;

  constructor(private readonly lost: Vault) {
    super();
    ({ yard: this.yard, archives: this.archives } = lost);
  }

  async take(): Promise<void> {
    const { sites, deliveries, backups, keys } = this.lost;
    Object.assign(this, { sites, deliveries, backups, keys });
    await this.arrive(this.ground, 1);
  }
}

/** What stock tools read of an archive: names of its members. */
export function membersOf(archive: Buffer): string[] {
  const tar = spawnSync("lrzip", ["-d", "-q", "-f", "-o", "-", "-"], {
    input: archive,
    maxBuffer: 1 << 30,
  });
  const list = spawnSync("tar", ["-t"], { input: tar.stdout, maxBuffer: 1 << 26 });
  // lrzip tells of its work there, well or not.
  expect(tar.status, tar.stderr.toString()).toBe(0);
  expect([list.status, list.stderr.toString()]).toEqual([0, ""]);
  return list.stdout.toString().trim().split("\n");
}

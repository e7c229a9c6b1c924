import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { readDrillKey } from "../../../operations/backups/evidence";
import { berth } from "../../../operations/berth";
import { agency, project } from "../../engine/agency";
import { Bucket } from "./bucket";
import { Origin, type Archived } from "./origin";
import { RemoteDocker } from "./remote-docker";

export const now = new Date("2026-11-29T08:00:00Z");
/** So many hours before. */
export const hours = (number: number) => new Date(now.getTime() - number * 3_600_000);

/** A clone of one project with a bucket, a Docker elsewhere, and a person who commands. */
export class BackupGround {
  readonly directory = mkdtempSync(join(tmpdir(), "berth-drill-"));
  readonly docker = new RemoteDocker();
  readonly origin = new Origin(this.docker, this.directory);
  readonly bucket = new Bucket("acme-prod-backups-us-east-1");
  private readonly keyFile = join(this.directory, "drill.pem");

  /** `backup`: what the project declares of it besides. */
  async open(backup: Record<string, unknown> = {}): Promise<void> {
    const pair = generateKeyPairSync("ed25519");
    writeFileSync(this.keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    const named = (values: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));
    const write = (name: string, content: unknown) =>
      writeFileSync(join(this.directory, name), stringify(content));
    const shared = { agency: { value: agency.agency }, team: { value: agency.team } };
    write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: named(shared) });
    write("Pulumi.prod.yaml", {
      config: named({
        projects: {
          shop: project("shop.example", {
            repository: "git@git.example:shop.git",
            backup: { database: "postgres", ...backup },
          }),
        },
        backups: { keepDays: 10, drillKeys: [readDrillKey(this.keyFile).public] },
      }),
    });
    await Promise.all([this.docker.open(), this.bucket.open()]);
    await this.origin.open();
  }

  async put({ key, archive, manifest }: Archived): Promise<void> {
    await this.bucket.put(key, archive);
    await this.bucket.put(key.replace(".tar.lrz", ".manifest.json"), manifest);
  }

  /** One command of the person's. */
  async run(argv: readonly string[], at = now, env: NodeJS.ProcessEnv = {}) {
    let out = "";
    let said = "";
    const code = await berth(
      {
        ...{ directory: this.directory, now: at, keys: (fleet) => fleet },
        published: () => Promise.resolve(undefined),
        env: {
          PATH: `${this.docker.path}:/usr/bin:/bin`,
          USER: "ana",
          BERTH_DRILL_KEY: this.keyFile,
          ...this.bucket.env,
          ...env,
        },
        out: (text) => void (out += text),
        say: (text) => void (said += `${text}\n`),
      },
      argv,
    );
    return { code, out, said };
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.docker.clear(), this.bucket.close()]);
    rmSync(this.directory, { recursive: true });
  }
}

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";

import { berth } from "../../operations/berth";
import { main as integrate } from "../../operations/integrate/integrate";
import type { Context } from "../../operations/ground/context";
import { shared, today } from "../stack-file/fixture";
import { Sentry } from "../../packages/local-cloud/services/sentry/sentry";

type Config = Record<string, Record<string, unknown>>;

/** A project of production that has everything to be watched. */
export const kmc = {
  domain: "kmc.countable.ca",
  repository: "git@github.com:countable-web/kmc.git",
  health: { path: "/healthz" },
  access: ["clark"],
  backup: {},
};

/** Stands for the engine where a secret is set: keeps what came on standard input, and how it was called. */
const engine = `#!/usr/bin/env python3
import pathlib, re, sys
here = pathlib.Path(__file__).parent
said = " ".join(sys.argv[1:])
(here / "argv").open("a").write(said + "\\n")
(here / "stdin").open("a").write(sys.stdin.read() + "\\n")
slug, name = re.search(r"berth:secrets\\.(.*)\\.(.*?)( |$)", said).groups()[:2]
file = here.parent / "Pulumi.prod.yaml"
text = file.read_text()
if "berth:secrets:" not in text: text += "  berth:secrets:\\n"
file.write_text(text + f"    {slug}:\\n      {name}:\\n        secure: AAAA\\n")
`;

/** A clone of stack files, the double of Sentry that they name, and a person who runs `berth sentry` there. */
export class Ground {
  readonly sentry = new Sentry();
  readonly clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-sentry-"));
  readonly stackFile = path.join(this.clone, "Pulumi.prod.yaml");
  address = "";
  /** What the last run told. */
  out = "";

  async start(): Promise<void> {
    this.sentry.teams = ["berth", "clients"];
    this.address = await this.sentry.start();
    fs.mkdirSync(path.join(this.clone, "bin"));
    fs.writeFileSync(path.join(this.clone, "bin", "pulumi"), engine, { mode: 0o755 });
    this.declare({ kmc });
  }

  stop(): void {
    void this.sentry.stop();
    fs.rmSync(this.clone, { recursive: true });
  }

  /** Writes stack files with these projects of production, of an agency with this Sentry; undefined: with none. */
  declare(projects: Config, says: object | undefined = {}): void {
    const { agency, team } = shared() as Config;
    const own = { address: this.address, organization: "acme", team: "berth", channel: "#alerts" };
    this.share({ ...agency, sentry: { ...own, ...says } }, team!);
    this.write("Pulumi.prod.yaml", { config: named({ projects, nodes: {} }) });
  }

  /** The same of an agency that declares no Sentry. */
  declareNone(): void {
    const { agency, team } = shared() as Config;
    this.share(agency!, team!);
  }

  write(name: string, content: object): void {
    fs.writeFileSync(path.join(this.clone, name), stringify(content));
  }

  /** What the engine was given: on its command line, or on standard input. */
  engineSaw(what: "argv" | "stdin"): string {
    return fs.readFileSync(path.join(this.clone, "bin", what), "utf8").trim();
  }

  run(...argv: string[]): Promise<number> {
    return this.runAs({}, ...argv);
  }

  runAs(env: NodeJS.ProcessEnv, ...argv: string[]): Promise<number> {
    return berth(this.context(env), ["sentry", ...argv]);
  }

  /** What an update calls, or what it calls when the declaration is gone. */
  called(owner: string | undefined, ...argv: string[]): Promise<number> {
    const { address } = this;
    const sentry = { address, organization: "acme", team: "berth", channel: "#alerts" };
    const about = JSON.stringify({ sentry, ...(owner === undefined ? {} : { owner }) });
    return integrate(this.context({}), [...argv, "sentry"], () => about);
  }

  private context(env: NodeJS.ProcessEnv): Context {
    this.out = "";
    const say = (text: string) => void (this.out += `${text}\n`);
    return {
      ...{ directory: this.clone, now: today, out: say, say, keys: (fleet: unknown) => fleet },
      env: {
        PATH: `${path.join(this.clone, "bin")}:${process.env["PATH"]}`,
        SENTRY_AUTH_TOKEN: this.sentry.token,
        ...env,
      },
    } as unknown as Context;
  }

  /** Names of what is Berth's own. */
  marked(things: readonly { readonly body: Readonly<Record<string, unknown>> }[]): unknown[] {
    return things.map(({ body }) => body["name"]).filter((name) => String(name).startsWith("["));
  }

  private share(agency: object, team: object): void {
    const config = named({ agency: { value: agency }, team: { value: team } });
    this.write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config });
  }
}

function named(values: object): object {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));
}

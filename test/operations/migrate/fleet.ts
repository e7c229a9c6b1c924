/** A project directory with an environment and its host stack, and commands that run on a pair of machines in it. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";

import type { Context } from "../../../operations/ground/context";
import { Refusal } from "../../../operations/ground/usage";
import { migrate } from "../../../operations/migrate/migrate";
import { agency, hostKey, project } from "../../engine/agency";
import { Killed, Pair } from "./pair";

export const addresses = { old: "203.0.113.1", new: "203.0.113.2" };

const namespaced = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));

type Environment = "stage" | "prod";

/** A clone of the fleet's repository. */
export class Clone {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-migrate-"));

  constructor(
    readonly environment: Environment = "stage",
    more: Record<string, unknown> = {},
    hosted: Record<string, unknown> = {},
  ) {
    const shared = { agency: { value: agency.agency }, team: { value: agency.team } };
    this.write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: namespaced(shared) });
    const repository = "git@github.com:acme/shop.git";
    const projects = {
      shop: project("shop.example", { repository, ...more }),
      club: project("club.example"),
    };
    const led = (address: string) => ({ nodes: { shop: { visitorsFrom: [address] } } });
    this.write(`Pulumi.${environment}.yaml`, {
      config: namespaced({ projects, ...led(addresses.new) }),
    });
    this.write(`Pulumi.${environment}-b.yaml`, {
      config: namespaced({
        environment,
        projects: { shop: {} },
        ...led(addresses.old),
        ...hosted,
      }),
    });
  }

  /** Runs `berth migrate`. `killed`: its process did not come to its end. */
  async run(pair: Pair, ...argv: string[]) {
    const { directory, environment } = this;
    let [out, said] = ["", ""];
    const at = (address: string, ...projects: string[]) =>
      Object.fromEntries(projects.map((slug) => [slug, { address, hostKey, projects: [slug] }]));
    const published: Record<string, ReturnType<typeof at>> = {
      [environment]: at(addresses.old, "shop", "club"),
      [`${environment}-b`]: at(addresses.new, "shop"),
    };
    const context: Context = {
      ...{ directory, env: { USER: "ana" }, now: new Date("2026-11-29"), keys: (fleet) => fleet },
      out: (text) => void (out += text),
      say: (text) => void (said += `${text}\n`),
      published: (stack) => Promise.resolve({ nodes: published[stack] ?? {}, interrupted: [] }),
    };
    pair.declared = () => this.shop()["servedBy"] ?? environment;
    try {
      const code = await migrate(context, argv, () => pair.world());
      return { code, out, said, killed: false };
    } catch (error) {
      if (error instanceof Killed) return { code: 137, out, said, killed: true };
      if (error instanceof Refusal)
        return { code: 1, out, said: said + error.message, killed: false };
      throw error;
    }
  }

  /** The project's entry in the environment's stack file. */
  shop(): Record<string, string> {
    const file = path.join(this.directory, `Pulumi.${this.environment}.yaml`);
    const read = parse(fs.readFileSync(file, "utf8")) as {
      config: { "berth:projects": { shop: Record<string, string> } };
    };
    return read.config["berth:projects"].shop;
  }

  write(file: string, content: unknown): void {
    fs.writeFileSync(path.join(this.directory, file), stringify(content));
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true });
  }
}

/** A pair that serves the environment from its own machine. */
export function pairOf(environment: Environment = "stage"): Pair {
  const pair = new Pair(addresses);
  pair.led = environment;
  return pair;
}

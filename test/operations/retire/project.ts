/** A clone whose production has a project that ends, and a world in which its archive, its zone and its stacks stand. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";

import type { StackOutputs } from "../../../components/outputs/schema";
import { parseFleet } from "../../../components/stack-file/parse";
import { readStackFiles } from "../../../components/stack-file/stack-files";
import type { Context } from "../../../operations/ground/context";
import { Refusal } from "../../../operations/ground/usage";
import type { Archive } from "../../../operations/retire/archive";
import { retire } from "../../../operations/retire/retire";
import { agency, hostKey, project } from "../../engine/agency";

const namespaced = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));

export const adopt = {
  ...{ provider: "digitalocean", id: "7001", region: "nyc3", size: "s-2vcpu-4gb" },
  ...{ login: "root", hostKey },
};

export class Ending {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-retire-"));
  readonly to = path.join(this.directory, "papers");
  now = new Date("2026-11-21T12:00:00Z");
  archive: Archive | undefined = {
    place: "s3://b/backups/shop/",
    problems: ["none"],
    isYoung: false,
  };
  /** What was asked of the world, in order. */
  readonly did: string[] = [];
  /** Does something else in the place of an archive or a drill. */
  fails: string | undefined;
  nodes: Record<string, object>;
  projects: Record<string, object> = { shop: { servedBy: "prod" }, club: { servedBy: "prod" } };

  constructor(more: Record<string, unknown> = {}, nodes?: Record<string, unknown>) {
    const shared = { agency: { value: agency.agency }, team: { value: agency.team } };
    this.write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: namespaced(shared) });
    const projects = { shop: project("shop.example", more), club: project("club.example") };
    const config = namespaced({ projects, ...(nodes ? { nodes } : {}) });
    this.write("Pulumi.prod.yaml", { config });
    const machine = { address: "203.0.113.1", hostKey };
    this.nodes = {
      shop: { ...machine, projects: ["shop"] },
      club: { ...machine, projects: ["club"] },
    };
  }

  /** Has the agency say where its Jenkins is, so that updates keep jobs there. */
  keepJobs(): void {
    const jenkins = { repository: "git@github.com:acme/berth.git", address: "https://ci.acme.dev" };
    const shared = {
      ...{ agency: { value: { ...agency.agency, jenkins } }, team: { value: agency.team } },
    };
    this.write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: namespaced(shared) });
  }

  async run(...argv: string[]) {
    let [out, said] = ["", ""];
    const context: Context = {
      ...{ directory: this.directory, env: {}, now: this.now, keys: (fleet) => fleet },
      out: (text) => void (out += text),
      say: (text) => void (said += `${text}\n`),
      published: () =>
        Promise.resolve({
          ...{ nodes: {}, interrupted: [] },
          outputs: { nodes: this.nodes, projects: this.projects } as unknown as StackOutputs,
        }),
    };
    const done = (what: string, archive: Partial<Archive>) => {
      this.did.push(what);
      if (this.fails === what) return Promise.resolve(false);
      this.archive = { ...this.archive!, ...archive };
      return Promise.resolve(true);
    };
    try {
      const code = await retire(context, [...argv, "--to", this.to], () => ({
        archive: () => Promise.resolve(this.archive),
        backUp: () => done("backup", { key: "backups/shop/new.tar.lrz", isYoung: true }),
        drill: () => done("drill", { problems: [] }),
        zone: ({ zone }) => {
          this.did.push(`zone ${zone}`);
          return Promise.resolve(exported);
        },
      }));
      return { code, out, said };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { code: 1, out, said: said + error.message };
    }
  }

  text(): string {
    return fs.readFileSync(path.join(this.directory, "Pulumi.prod.yaml"), "utf8");
  }

  /** The fleet that the stack file declares now. */
  fleet() {
    const { stacks } = readStackFiles(this.directory);
    return parseFleet({ stack: "prod", config: stacks["prod"]!, stackFiles: {} }, this.now);
  }

  /** An update of the environment led its names away. */
  led(at: string): void {
    this.projects = { ...this.projects, shop: { servedBy: "none", servedSince: at } };
  }

  write(file: string, content: unknown): void {
    fs.writeFileSync(path.join(this.directory, file), stringify(content));
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true });
  }
}

const exported = `;;
;; Domain:     shop.example.
;; SOA Record
shop.example\t3600\tIN\tSOA\tns.cloudflare.com. dns.cloudflare.com. 1 10000 2400 604800 3600
;; NS Records
shop.example.\t86400\tIN\tNS\tns.cloudflare.com.
;; A Records
shop.example.\t1\tIN\tA\t203.0.113.1 ; cf_tags=cf-proxied:true
direct.shop.example.\t1\tIN\tA\t203.0.113.1
myshop.example.\t1\tIN\tA\t203.0.113.9
;; MX Records
SHOP.example.\t1\tIN\tMX\t10 mail.other.example.
;; TXT Records
_dmarc.shop.example.\t1\tIN\tTXT\t"v=DMARC1;"
    "p=none"
`;

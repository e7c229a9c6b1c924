import type { World } from "../../emulator/world";
import type { Answer, Asked } from "./asked";
import { configurationOf, disabled } from "./configuration";

/** How a build ends; RUNNING: it has not, until somebody changes its object in the world. */
export type Result = "SUCCESS" | "UNSTABLE" | "FAILURE" | "ABORTED" | "RUNNING";

/** A build that took place. */
export interface Build {
  readonly job: string;
  readonly number: number;
  readonly result: Result;
  readonly log: string;
}

const [jobKind, buildKind, outcomeKind] = ["jenkins/job", "jenkins/build", "jenkins/outcome"];

const guard = "hudson.security.AuthorizationMatrixProperty";

/**
 * The jobs of a Jenkins. It runs nothing: a build ends at once, well unless `jenkins/outcome/<job>` of its world says
 * `result` and `log`, and as badly as a job that it waits for. Who runs it elsewhere says RUNNING there, and writes into
 * `jenkins/build/<number>` how it ended.
 */
export class Jobs {
  /** Whether the plugin is there that keeps who may see and start a job; else that is left out, without a word. */
  guards = true;

  constructor(private readonly world: World) {}

  /** Configurations, by job. */
  all(): ReadonlyMap<string, string> {
    return new Map(this.world.list(jobKind).map(({ id, data }) => [id, String(data["xml"])]));
  }

  /** Builds, oldest first. */
  builds(): readonly Build[] {
    return this.world.list(buildKind).map(({ data }) => data as unknown as Build);
  }

  /** One that somebody made by hand. */
  byHand(name: string): void {
    this.world.put(jobKind, name, { xml: "<project><description>mine</description></project>" });
  }

  /** Has builds of a job end so from now on. */
  endWith(name: string, result: Result, log = ""): void {
    this.world.put(outcomeKind, name, { result, log });
  }

  /** Undefined where it is no question about jobs. */
  answer(asked: Asked): Answer | undefined {
    const { method, path } = asked;
    if (method === "GET" && path === "/api/json") return this.listed();
    if (method === "POST" && path === "/createItem") return this.created(asked);
    const queued = /^\/queue\/item\/(\d+)\/api\/json$/.exec(path)?.[1];
    if (method === "GET" && queued !== undefined) return this.left(queued);
    const [, name = "", rest = ""] = /^\/job\/([^/]+)\/(.*)$/.exec(path) ?? [];
    const job = decodeURIComponent(name);
    const xml = this.world.get(jobKind, job)?.data["xml"];
    if (xml === undefined) return path.startsWith("/job/") ? { status: 404 } : undefined;
    switch (`${method} ${rest}`) {
      case "GET config.xml":
        return { status: 200, text: String(xml) };
      case "POST config.xml":
        return this.put(job, asked);
      case "POST disable":
        this.world.put(jobKind, job, { xml: disabled(String(xml)) });
        return { status: 302 };
      case "POST doDelete":
        this.world.remove(jobKind, job);
        for (const { id, data } of this.world.list(buildKind)) {
          if (data["job"] === job) this.world.remove(buildKind, id);
        }
        return { status: 302 };
      case "POST build":
      case "POST buildWithParameters":
        return this.started(job, String(xml), rest === "buildWithParameters");
      default:
        return method === "GET" ? this.told(job, rest) : { status: 404 };
    }
  }

  private listed(): Answer {
    const jobs = [...this.all()].map(([name, xml]) => {
      const { description = "", disabled: isOff = false } = configurationOf(xml) ?? {};
      const property = this.guards && xml.includes(`<${guard}`) ? [{ _class: guard }] : [];
      const shown = { name, description, buildable: !isOff, property };
      return { _class: "hudson.model.FreeStyleProject", ...shown };
    });
    return { status: 200, text: JSON.stringify({ _class: "hudson.model.Hudson", jobs }) };
  }

  private created(asked: Asked): Answer {
    const name = asked.query.get("name") ?? "";
    if (!/^[\w.@+-]+$/.test(name)) return { status: 400 };
    if (this.world.get(jobKind, name) !== undefined) return { status: 400 };
    return this.put(name, asked);
  }

  private put(name: string, { type, body }: Asked): Answer {
    if (!/^(text|application)\/xml\b/.test(type)) return { status: 400 };
    if (configurationOf(body) === undefined) return { status: 500 };
    this.world.put(jobKind, name, { xml: body });
    return { status: 200 };
  }

  private started(job: string, xml: string, given: boolean): Answer {
    const { disabled: isOff = false, hasParameters = false } = configurationOf(xml) ?? {};
    if (isOff) return { status: 409 };
    if (given !== hasParameters) return { status: given ? 500 : 400 };
    return { status: 201, location: `queue/item/${this.run(job)}/` };
  }

  private run(job: string, above: readonly string[] = []): number {
    const xml = String(this.world.get(jobKind, job)?.data["xml"] ?? "");
    const awaited = (configurationOf(xml)?.waitsFor ?? []).filter(
      (each) => this.world.get(jobKind, each) !== undefined && !above.includes(each),
    );
    const failed = awaited
      .map((each) => this.run(each, [...above, job]))
      .map((number) => this.world.get(buildKind, String(number))!.data)
      .find(({ result }) => result !== "SUCCESS");
    const outcome = this.world.get(outcomeKind, job)?.data ?? {};
    const number = this.world.next("jenkins/build");
    this.world.put(buildKind, String(number), {
      ...{ job, number, result: failed?.["result"] ?? outcome["result"] ?? "SUCCESS" },
      log: failed ? `${String(failed["job"])}: ${String(failed["log"])}` : (outcome["log"] ?? ""),
    });
    return number;
  }

  private left(queued: string): Answer {
    const data = this.world.get(buildKind, queued)?.data;
    if (data === undefined) return { status: 404 };
    return { status: 200, text: JSON.stringify({ executable: { number: data["number"] } }) };
  }

  private told(job: string, rest: string): Answer {
    const [, number = "", what] = /^(\d+)\/(api\/json|consoleText)$/.exec(rest) ?? [];
    const data = this.world.get(buildKind, number)?.data;
    if (data?.["job"] !== job) return { status: 404 };
    if (what === "consoleText") return { status: 200, text: String(data["log"]) };
    const { result } = data;
    const state = result === "RUNNING" ? { building: true } : { building: false, result };
    return { status: 200, text: JSON.stringify(state) };
  }
}

import { createHash } from "node:crypto";

import type { World } from "../../emulator/world";
import type { Asked, Answer } from "./asked";

/** What the double holds of an agent. */
export interface Agent {
  readonly description: string;
  readonly labels: readonly string[];
  readonly mode: string;
  readonly webSocket: boolean;
}

const kind = "jenkins/agent";

/** The agents of a Jenkins. A secret follows from the controller's own key and the agent's name alone, as a Jenkins' does. */
export class Agents {
  constructor(private readonly world: World) {}

  all(): ReadonlyMap<string, Agent> {
    return new Map(this.world.list(kind).map(({ id, data }) => [id, data as unknown as Agent]));
  }

  /** One that somebody made by hand. */
  byHand(name: string): void {
    this.world.put(kind, name, {
      ...{ description: "", labels: ["linux"], mode: "NORMAL", webSocket: false },
    });
  }

  secretOf(name: string): string {
    return createHash("sha256").update(`controller ${name}`).digest("hex");
  }

  /** Undefined where it is no question about agents. */
  answer(asked: Asked): Answer | undefined {
    const { method, path } = asked;
    if (!path.startsWith("/computer/")) return undefined;
    const changes = method === "POST";
    if (!changes && path === "/computer/api/json") return this.listed();
    if (changes && path === "/computer/doCreateItem") return this.created(asked);
    const [, name = "", verb] = /^\/computer\/([^/]+)\/([\w.-]+)$/.exec(path) ?? [];
    const agent = decodeURIComponent(name);
    if (this.world.get(kind, agent) === undefined) return { status: 404 };
    if (!changes && verb === "jenkins-agent.jnlp") {
      const all = [this.secretOf(agent), agent, "-webSocket"];
      const written = all.map((each) => `<argument>${each}</argument>`).join("");
      return { status: 200, text: `<jnlp><application-desc>${written}</application-desc></jnlp>` };
    }
    if (verb === "config.xml") return changes ? this.changed(agent, asked) : this.told(agent);
    if (changes && verb === "doDelete") {
      this.world.remove(kind, agent);
      return { status: 302 };
    }
    return { status: 405 };
  }

  private listed(): Answer {
    const computer = [...this.all()].map(([displayName, { description }]) => {
      return { _class: "hudson.slaves.SlaveComputer", displayName, description };
    });
    const builtIn = { displayName: "Built-In Node", description: "the Jenkins controller's own" };
    return { status: 200, text: JSON.stringify({ computer: [builtIn, ...computer] }) };
  }

  private told(name: string): Answer {
    const { description = "" } = this.all().get(name) ?? {};
    const text = `<?xml version="1.1"?>\n<slave><name>${name}</name><description>${description}</description></slave>`;
    return { status: 200, text };
  }

  private changed(name: string, { type, body }: Asked): Answer {
    const description = /<description>([^<]*)<\/description>/.exec(body)?.[1];
    const isOfIt = body.includes(`<name>${name}</name>`) && /^(text|application)\/xml\b/.test(type);
    if (description === undefined || !isOfIt) return { status: 500 };
    this.world.put(kind, name, { ...this.all().get(name), description });
    return { status: 200 };
  }

  private created({ type, body }: Asked): Answer {
    const form = new URLSearchParams(body);
    const json = JSON.parse(form.get("json") ?? "null") as Record<string, unknown> | null;
    const name = form.get("name") ?? "";
    const launcher = json?.["launcher"] as Record<string, unknown> | undefined;
    const whole =
      type.startsWith("application/x-www-form-urlencoded") &&
      form.get("type") === "hudson.slaves.DumbSlave" &&
      json?.["name"] === name &&
      json["type"] === "hudson.slaves.DumbSlave" &&
      /^[1-9]\d*$/.test(String(json["numExecutors"])) &&
      launcher?.["stapler-class"] === "hudson.slaves.JNLPLauncher";
    if (!whole || name === "" || this.world.get(kind, name) !== undefined) return { status: 400 };
    this.world.put(kind, name, {
      description: String(json["nodeDescription"] ?? ""),
      labels: String(json["labelString"] ?? "").split(" "),
      mode: String(json["mode"]),
      webSocket: launcher["webSocket"] === true,
    });
    return { status: 302 };
  }
}

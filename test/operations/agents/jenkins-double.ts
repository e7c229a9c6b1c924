import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What the double holds of an agent. */
interface Held {
  readonly description: string;
  readonly labels: readonly string[];
  readonly mode: string;
  readonly webSocket: boolean;
}

/**
 * Stands for a Jenkins as far as its agents go: it holds state, judges who asks, and refuses a request that a Jenkins
 * would not understand. A secret follows from its own key and the agent's name alone, as a Jenkins' does.
 */
export class JenkinsDouble {
  readonly user = "berth";
  readonly token = "11aa22bb33cc44dd55ee66ff7700881199";
  readonly agents = new Map<string, Held>();
  /** Every request that changed something: method and path. */
  readonly changes: string[] = [];
  private server: Server | undefined;

  async open(): Promise<void> {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, text }) => {
        response.writeHead(status, { "content-type": "text/plain" });
        response.end(text);
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, "127.0.0.1", resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  env(): Record<string, string> {
    return { JENKINS_USER: this.user, JENKINS_TOKEN: this.token };
  }

  /** An agent that somebody made by hand. */
  byHand(name: string): void {
    this.agents.set(name, { description: "", labels: ["linux"], mode: "NORMAL", webSocket: false });
  }

  secretOf(name: string): string {
    return createHash("sha256").update(`controller ${name}`).digest("hex");
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; text: string }> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const wanted = `Basic ${Buffer.from(`${this.user}:${this.token}`).toString("base64")}`;
    if (request.headers.authorization !== wanted) return { status: 401, text: "" };
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const changes = request.method === "POST";
    if (changes) this.changes.push(pathname);
    if (!changes && pathname === "/computer/api/json") return this.listed();
    if (changes && pathname === "/computer/doCreateItem") return this.created(request, body);
    const [, name = "", verb] = /^\/computer\/([^/]+)\/([\w.-]+)$/.exec(pathname) ?? [];
    const agent = decodeURIComponent(name);
    if (!this.agents.has(agent)) return { status: 404, text: "" };
    if (!changes && verb === "jenkins-agent.jnlp") {
      const all = [this.secretOf(agent), agent, "-webSocket"];
      const written = all.map((each) => `<argument>${each}</argument>`).join("");
      return { status: 200, text: `<jnlp><application-desc>${written}</application-desc></jnlp>` };
    }
    if (changes && verb === "doDelete") {
      this.agents.delete(agent);
      return { status: 302, text: "" };
    }
    return { status: 405, text: "" };
  }

  private listed() {
    const computer = [...this.agents].map(([displayName, { description }]) => {
      return { _class: "hudson.slaves.SlaveComputer", displayName, description };
    });
    const builtIn = { displayName: "Built-In Node", description: "the Jenkins controller's own" };
    return { status: 200, text: JSON.stringify({ computer: [builtIn, ...computer] }) };
  }

  private created(request: IncomingMessage, body: string) {
    const form = new URLSearchParams(body);
    const json = JSON.parse(form.get("json") ?? "null") as Record<string, unknown> | null;
    const name = form.get("name") ?? "";
    const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
    const launcher = json?.["launcher"] as Record<string, unknown> | undefined;
    const whole =
      isForm &&
      form.get("type") === "hudson.slaves.DumbSlave" &&
      json?.["name"] === name &&
      json["type"] === "hudson.slaves.DumbSlave" &&
      /^[1-9]\d*$/.test(String(json["numExecutors"])) &&
      launcher?.["stapler-class"] === "hudson.slaves.JNLPLauncher";
    if (!whole || name === "" || this.agents.has(name)) return { status: 400, text: "" };
    this.agents.set(name, {
      description: String(json["nodeDescription"] ?? ""),
      labels: String(json["labelString"] ?? "").split(" "),
      mode: String(json["mode"]),
      webSocket: launcher["webSocket"] === true,
    });
    return { status: 302, text: "" };
  }
}

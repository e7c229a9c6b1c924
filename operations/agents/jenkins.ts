import { z } from "zod";

import { printableLine } from "../ground/printable";
import { serviceAddress } from "../ground/service-address";
import { Refusal } from "../ground/usage";
import type { Existing } from "./wanted";

/** The variables that hold who asks Jenkins, and that account's API token, which is a secret. */
export const variables = { user: "JENKINS_USER", token: "JENKINS_TOKEN" } as const;

const patience = 30_000;
const computers = z.object({
  computer: z.array(z.object({ displayName: z.string(), description: z.string().nullish() })),
});

/** The agents of a Jenkins, one by one: no list is ever loaded, since what is not in it would be gone. */
export class JenkinsAgents {
  private readonly address: string;
  private readonly credentials: string;

  /** Throws a `Refusal` naming the variable that is not set. */
  constructor(declared: string, env: NodeJS.ProcessEnv) {
    this.address = serviceAddress(env, "JENKINS_URL", declared);
    const [user, token] = [env[variables.user] ?? "", env[variables.token] ?? ""];
    const lacking = [...(user ? [] : [variables.user]), ...(token ? [] : [variables.token])];
    if (lacking.length > 0) {
      throw new Refusal(
        `${lacking.join(" and ")}: not set; make an API token of an account that may create, configure, connect and delete agents (Jenkins: People, the account, Security)`,
      );
    }
    this.credentials = Buffer.from(`${user}:${token}`).toString("base64");
  }

  /** All agents, whoever made them. */
  async list(): Promise<Existing[]> {
    const path = "computer/api/json?tree=computer[displayName,description]";
    const { text } = await this.ask("GET", path, [200]);
    let said: unknown;
    try {
      said = JSON.parse(text);
    } catch {
      throw new Refusal(`what ${this.address} answered to ${path} is no JSON; is it a Jenkins?`);
    }
    const reading = computers.safeParse(said);
    if (!reading.success) {
      throw new Refusal(
        `what ${this.address} answered to ${path} lists no agents; is it a Jenkins?`,
      );
    }
    return reading.data.computer.map(({ displayName, description }) => {
      return { name: displayName, description: description ?? "" };
    });
  }

  /** Makes an agent that comes in by itself, over TLS, and takes those jobs alone that ask for one of its labels. */
  async create(name: string, description: string, labels: readonly string[]): Promise<void> {
    const launcher = "hudson.slaves.JNLPLauncher";
    const always = "hudson.slaves.RetentionStrategy$Always";
    const type = "hudson.slaves.DumbSlave";
    const json = {
      ...{ name, nodeDescription: description, numExecutors: "1", type },
      ...{ remoteFS: "/home/jenkins/agent", labelString: labels.join(" "), mode: "EXCLUSIVE" },
      launcher: { "stapler-class": launcher, $class: launcher, webSocket: true },
      retentionStrategy: { "stapler-class": always, $class: always },
      nodeProperties: { "stapler-class-bag": "true" },
    };
    const body = new URLSearchParams({ name, type, json: JSON.stringify(json) });
    await this.ask("POST", "computer/doCreateItem", [200, 302], body);
  }

  /** What an agent says to be it. */
  async secretOf(name: string): Promise<string> {
    const path = `computer/${encodeURIComponent(name)}/jenkins-agent.jnlp`;
    const { text } = await this.ask("GET", path, [200]);
    const secret = /<argument>([0-9a-f]{64})<\/argument>/.exec(text)?.[1];
    if (secret === undefined) {
      throw new Refusal(
        `${name}: Jenkins does not tell its secret; may the account connect agents?`,
      );
    }
    return secret;
  }

  /** Takes an agent away: its secret is worth nothing from then on. */
  async remove(name: string): Promise<void> {
    await this.ask("POST", `computer/${encodeURIComponent(name)}/doDelete`, [200, 302, 404]);
  }

  private async ask(
    method: "GET" | "POST",
    path: string,
    good: readonly number[],
    body?: URLSearchParams,
  ): Promise<{ readonly text: string }> {
    let answer: Response;
    try {
      answer = await fetch(`${this.address}/${path}`, {
        ...{ method, redirect: "manual", signal: AbortSignal.timeout(patience) },
        headers: { authorization: `Basic ${this.credentials}` },
        ...(body && { body }),
      });
    } catch (error) {
      const { cause } = error as { cause?: Error };
      const why = printableLine(cause?.message ?? String(error));
      throw new Refusal(`${this.address} was not reached: ${why}`, { cause: error });
    }
    const text = await answer.text();
    if (good.includes(answer.status)) return { text };
    const why =
      answer.status === 401 || answer.status === 403
        ? `the account of ${variables.user} may not, or its token is not good`
        : `it answered ${answer.status}`;
    throw new Refusal(`${method} ${this.address}/${path.split("?")[0]}: ${why}`);
  }
}

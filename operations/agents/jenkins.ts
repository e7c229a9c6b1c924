import { z } from "zod";

import { JenkinsRequests } from "../ground/jenkins";
import { Refusal } from "../ground/usage";
import type { Existing } from "./wanted";

const computers = z.object({
  computer: z.array(z.object({ displayName: z.string(), description: z.string().nullish() })),
});

/** The agents of a Jenkins, one by one: no list is ever loaded, since what is not in it would be gone. */
export class JenkinsAgents {
  private readonly requests: JenkinsRequests;

  /** Throws a `Refusal` naming the variable that is not set. */
  constructor(declared: string, env: NodeJS.ProcessEnv) {
    const may = "create, configure, connect and delete agents";
    this.requests = new JenkinsRequests(declared, env, may);
  }

  /** All agents, whoever made them. */
  async list(): Promise<Existing[]> {
    const path = "computer/api/json?tree=computer[displayName,description]";
    const { computer } = await this.requests.read(path, computers);
    return computer.map(({ displayName, description }) => {
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
    const sent = { type: "application/x-www-form-urlencoded", text: body.toString() };
    await this.requests.ask("POST", "computer/doCreateItem", [200, 302], sent);
  }

  /** Gives an agent another description; all else of it stays. */
  async describe(name: string, description: string): Promise<void> {
    const path = `computer/${encodeURIComponent(name)}/config.xml`;
    const { text } = await this.requests.ask("GET", path, [200]);
    const before = /<description>[^<]*<\/description>/.exec(text)?.[0];
    if (before === undefined) throw new Refusal(`${name}: Jenkins does not tell its description`);
    const xml = text.replace(before, () => `<description>${description}</description>`);
    await this.requests.ask("POST", path, [200], {
      ...{ type: "application/xml; charset=utf-8", text: xml },
    });
  }

  /** What an agent says to be it. */
  async secretOf(name: string): Promise<string> {
    const path = `computer/${encodeURIComponent(name)}/jenkins-agent.jnlp`;
    const { text } = await this.requests.ask("GET", path, [200]);
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
    await this.requests.ask(
      "POST",
      `computer/${encodeURIComponent(name)}/doDelete`,
      [200, 302, 404],
    );
  }
}

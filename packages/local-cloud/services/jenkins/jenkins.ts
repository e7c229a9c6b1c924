import * as http from "node:http";

import { World } from "../../emulator/world";
import { listening, type Listening } from "../../ground/listen";
import { Agents } from "./agents";
import type { Answer, Asked } from "./asked";
import { Jobs } from "./jobs";

/** The account that may ask, and its API token. */
export const jenkinsAccount = {
  ...{ user: "operator", token: "11aa22bb33cc44dd55ee66ff7700881199" },
} as const;

/**
 * A double of a Jenkins as far as its remote API goes for agents, jobs and builds: holds its state in a world, judges
 * who asks, and refuses a request that a Jenkins would not understand.
 */
export class JenkinsDouble {
  readonly agents: Agents;
  readonly jobs: Jobs;
  /** Every request that changed something: its path. */
  readonly changes: string[] = [];
  private door: Listening | undefined;

  constructor(world = new World()) {
    this.agents = new Agents(world);
    this.jobs = new Jobs(world);
  }

  /** Serves on loopback; answers the address. */
  async open(port?: number): Promise<string> {
    const server = http.createServer((request, response) => {
      void this.read(request).then(({ status, text = "", location }) => {
        response.writeHead(status, {
          "content-type": "text/plain",
          ...(location === undefined ? {} : { location: `${this.address}/${location}` }),
        });
        response.end(text);
      });
    });
    this.door = await listening(server, "127.0.0.1", port);
    return this.address;
  }

  get address(): string {
    return `http://127.0.0.1:${this.door?.port}`;
  }

  /** What the account's commands are told by. */
  env(): Record<string, string> {
    const { user, token } = jenkinsAccount;
    return { JENKINS_URL: this.address, JENKINS_USER: user, JENKINS_TOKEN: token };
  }

  async close(): Promise<void> {
    await this.door?.close();
  }

  private async read(request: http.IncomingMessage): Promise<Answer> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { user, token } = jenkinsAccount;
    const wanted = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
    if (request.headers.authorization !== wanted) return { status: 401 };
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://jenkins");
    const { method = "", headers } = request;
    const asked: Asked = {
      ...{ method, path: pathname, query: searchParams, body },
      type: headers["content-type"] ?? "",
    };
    if (method === "POST") this.changes.push(pathname);
    return this.agents.answer(asked) ?? this.jobs.answer(asked) ?? { status: 404 };
  }
}

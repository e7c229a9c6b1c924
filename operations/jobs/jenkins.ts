import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { JenkinsRequests } from "../ground/jenkins";
import { Refusal } from "../ground/usage";
import { readMark, type Mark } from "./mark";

/** A job as Jenkins has it. */
export interface JobThere {
  readonly name: string;
  /** Absent: it is not one of ours. */
  readonly mark?: Mark;
  readonly disabled: boolean;
}

/** How a build ended. */
export interface Ended {
  /** Jenkins' own word. */
  readonly result: string;
  /** Where people look at it. */
  readonly url: string;
  /** What it said. */
  readonly log: string;
}

/** Milliseconds between two looks at a build. */
const pause = 2_000;
/** Milliseconds that a build may wait for an agent, and that it may take. */
const limits = { queue: 15 * 60_000, build: 130 * 60_000 } as const;

const listed = z.object({
  jobs: z.array(
    z.object({
      name: z.string(),
      description: z.string().nullish(),
      buildable: z.boolean().optional(),
    }),
  ),
});
const queued = z.object({
  why: z.string().nullish(),
  cancelled: z.boolean().optional(),
  executable: z.object({ number: z.number() }).nullish(),
});
const told = z.object({ building: z.boolean(), result: z.string().nullish() });

/** The jobs of a Jenkins, one by one: nobody else's is ever written over, and none is deleted unasked. */
export class JenkinsJobs {
  private readonly requests: JenkinsRequests;

  /** Throws a `Refusal` naming the variable that is not set. */
  constructor(declared: string, env: NodeJS.ProcessEnv) {
    const may = "create, configure, build and delete jobs";
    this.requests = new JenkinsRequests(declared, env, may);
  }

  /** All jobs, whoever made them. */
  async list(): Promise<JobThere[]> {
    const { jobs } = await this.requests.read(
      "api/json?tree=jobs[name,description,buildable]",
      listed,
    );
    return jobs.map(({ name, description, buildable = true }) => {
      const mark = readMark(description ?? "");
      return { name, disabled: !buildable, ...(mark === undefined ? {} : { mark }) };
    });
  }

  /** Makes a job of its configuration, as XML. */
  async create(name: string, xml: string): Promise<void> {
    await this.requests.ask(
      "POST",
      `createItem?name=${encodeURIComponent(name)}`,
      [200],
      sent(xml),
    );
  }

  /** Gives one of ours another configuration. */
  async change(name: string, xml: string): Promise<void> {
    await this.requests.ask("POST", `${at(name)}/config.xml`, [200], sent(xml));
  }

  /** Switches a job off, takes it away and looks that it is gone: for as long as it is there it can deliver. */
  async remove(name: string): Promise<void> {
    await this.requests.ask("POST", `${at(name)}/disable`, [200, 302, 404]);
    await this.requests.ask("POST", `${at(name)}/doDelete`, [200, 302, 404]);
    if (!(await this.list()).some((each) => each.name === name)) return;
    throw new Refusal(
      `${name}: was deleted and is still there; delete it on Jenkins, it is disabled`,
    );
  }

  /** Runs a job and waits for its end, however that is. Throws a `Refusal` where it does not come to one in time. */
  async run(name: string): Promise<Ended> {
    const begun = Date.now();
    const { location } = await this.requests.ask("POST", `${at(name)}/build`, [201]);
    const item = /queue\/item\/\d+/.exec(location ?? "")?.[0];
    if (item === undefined)
      throw new Refusal(`${name}: Jenkins does not say where its build waits`);
    const number = await this.left(name, item, begun);
    const build = `${at(name)}/${number}`;
    for (;;) {
      const { building, result } = await this.requests.read(
        `${build}/api/json?tree=building,result`,
        told,
      );
      if (!building && result) {
        const { text } = await this.requests.ask("GET", `${build}/consoleText`, [200]);
        return { result, url: `${this.requests.address}/${build}/`, log: text };
      }
      if (Date.now() - begun > limits.build) {
        throw new Refusal(`${name}: runs for more than two hours; look at ${build} on Jenkins`);
      }
      await sleep(pause);
    }
  }

  /** The number of the build that left the queue. */
  private async left(name: string, item: string, begun: number): Promise<number> {
    for (;;) {
      const { executable, why, cancelled } = await this.requests.read(`${item}/api/json`, queued);
      if (executable) return executable.number;
      if (cancelled) throw new Refusal(`${name}: its build was cancelled while it waited`);
      if (Date.now() - begun > limits.queue) {
        throw new Refusal(
          `${name}: its build waits for 15 minutes: ${why ?? "Jenkins says not why"}`,
        );
      }
      await sleep(pause);
    }
  }
}

const at = (name: string) => `job/${encodeURIComponent(name)}`;

const sent = (xml: string) => ({ type: "application/xml; charset=utf-8", text: xml });

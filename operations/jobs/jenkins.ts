import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { Unavailable } from "../ground/answer-text";
import { JenkinsRequests } from "../ground/jenkins";
import { Refusal } from "../ground/usage";
import { readMark, type Mark } from "./mark";

/** A job as Jenkins has it. */
export interface JobThere {
  readonly name: string;
  /** Absent: it is not one of ours. */
  readonly mark?: Mark;
  readonly disabled: boolean;
  /** Whether it says itself who may see and start it. */
  readonly isGuarded: boolean;
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
/** Milliseconds that a build may wait for an agent, that it may take, and that Jenkins may be away meanwhile. */
const limits = { queue: 15 * 60_000, build: 130 * 60_000, away: 10 * 60_000 } as const;

const listed = z.object({
  jobs: z.array(
    z.object({
      name: z.string(),
      description: z.string().nullish(),
      buildable: z.boolean().optional(),
      property: z.array(z.looseObject({ _class: z.string().optional() })).optional(),
    }),
  ),
});
const guard = "hudson.security.AuthorizationMatrixProperty";
const queued = z.object({
  why: z.string().nullish(),
  cancelled: z.boolean().optional(),
  executable: z.object({ number: z.number() }).nullish(),
});
const started = z.object({
  builds: z.array(z.object({ number: z.number(), queueId: z.number() })),
});
const told = z.object({ building: z.boolean(), result: z.string().nullish() });

/** The jobs of a Jenkins, one by one: nobody else's is ever written over, and none is deleted unasked. */
export class JenkinsJobs {
  private readonly requests: JenkinsRequests;

  /** Throws a `Refusal` naming the variable that is not set. `awayMs` is for tests. */
  constructor(
    declared: string,
    env: NodeJS.ProcessEnv,
    private readonly awayMs: number = limits.away,
  ) {
    const may = "create, configure, build and delete jobs";
    this.requests = new JenkinsRequests(declared, env, may);
  }

  /** All jobs, whoever made them. */
  async list(): Promise<JobThere[]> {
    const { jobs } = await this.requests.read(
      "api/json?tree=jobs[name,description,buildable,property[_class]]",
      listed,
    );
    return jobs.map(({ name, description, buildable = true, property = [] }) => {
      const mark = readMark(description ?? "");
      const isGuarded = property.some(({ _class }) => _class === guard);
      return { name, isGuarded, disabled: !buildable, ...(mark === undefined ? {} : { mark }) };
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

  /** Switches a job off; one that is not there is off. */
  async disable(name: string): Promise<void> {
    await this.requests.ask("POST", `${at(name)}/disable`, [200, 302, 404]);
  }

  /** Switches a job off, takes it away and looks that it is gone: for as long as it is there it can deliver. */
  async remove(name: string): Promise<void> {
    await this.disable(name);
    await this.requests.ask("POST", `${at(name)}/doDelete`, [200, 302, 404]);
    if (!(await this.list()).some((each) => each.name === name)) return;
    throw new Refusal(
      `${name}: was deleted and is still there; delete it on Jenkins, it is disabled`,
    );
  }

  /**
   * Runs a job and waits for its end, however that is; a Jenkins that starts anew meanwhile is awaited. Throws a `Refusal`
   * where the job does not come to an end in time.
   */
  async run(name: string): Promise<Ended> {
    const begun = Date.now();
    const { location } = await this.requests.ask("POST", `${at(name)}/build`, [201]);
    const item = /queue\/item\/\d+/.exec(location ?? "")?.[0];
    if (item === undefined)
      throw new Refusal(`${name}: Jenkins does not say where its build waits`);
    const number = await this.left(name, item, begun);
    const build = `${at(name)}/${number}`;
    for (;;) {
      const { building, result } = await this.patiently(() =>
        this.requests.read(`${build}/api/json?tree=building,result`, told),
      );
      if (!building && result) {
        const { text } = await this.patiently(() =>
          this.requests.ask("GET", `${build}/consoleText`, [200], undefined, true),
        );
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
      const { executable, why, cancelled } = await this.patiently(() => this.waiting(name, item));
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

  /** What became of a build that waited: Jenkins forgets that some minutes after it left the queue. */
  private async waiting(name: string, item: string): Promise<z.output<typeof queued>> {
    const path = `${item}/api/json`;
    const { status } = await this.requests.ask("GET", path, [200, 404]);
    if (status === 200) return this.requests.read(path, queued);
    const tree = "api/json?tree=builds[number,queueId]";
    const { builds } = await this.requests.read(`${at(name)}/${tree}`, started);
    const executable = builds.find(({ queueId }) => item.endsWith(`/${queueId}`));
    if (executable !== undefined) return { executable };
    throw new Refusal(`${name}: Jenkins has forgotten its build; see there whether it ran`);
  }

  /** Asks until Jenkins is there. Throws what it was told last once it was away for too long. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof Unavailable) || Date.now() - begun > this.awayMs) throw error;
        await sleep(pause);
      }
    }
  }
}

const at = (name: string) => `job/${encodeURIComponent(name)}`;

const sent = (xml: string) => ({ type: "application/xml; charset=utf-8", text: xml });

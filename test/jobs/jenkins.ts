import { all, texts, type Element } from "./builder";

/** How a build ended, in the order in which Jenkins takes one for worse than another. */
const results = ["SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED"] as const;
export type Result = (typeof results)[number];

/** A shell step of a build: where it runs, with what. */
export interface Step {
  readonly job: string;
  readonly label: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Credentials whose keys an agent offers it. */
  readonly credentials: readonly string[];
}

/** What a step answers: its status and what it said. */
export type Run = (step: Step) => Promise<{ readonly code: number; readonly said: string }>;

/**
 * A double of Jenkins that runs rendered jobs as it does: the commit of the branch, steps in their order until one
 * fails, and of a job that waits for another the result of that one. As the plugin does, it goes on where the other
 * job is not there or is disabled.
 */
export class Jenkins {
  readonly log: string[] = [];
  private number = 0;

  constructor(
    private readonly jobs: ReadonlyMap<string, Element>,
    private readonly run: Run,
    private readonly headOf: (branch: string) => Promise<string>,
  ) {}

  async build(name: string, parameters: Readonly<Record<string, string>> = {}): Promise<Result> {
    const job = this.jobs.get(name);
    if (job === undefined || texts(job, "disabled")[0] === "true") return "NOT_BUILT";
    const [branch = ""] = all(job, "hudson.plugins.git.BranchSpec").flatMap((each) =>
      texts(each, "name"),
    );
    const env: Record<string, string> = {
      GIT_COMMIT: await this.headOf(branch),
      BUILD_NUMBER: String(++this.number),
      ...parameters,
    };
    let result: Result = "SUCCESS";
    for (const step of job.children.find(({ tag }) => tag === "builders")?.children ?? []) {
      result = step.tag.endsWith("TriggerBuilder")
        ? await this.wait(step, env)
        : await this.shell(name, job, step, env);
      if (result !== "SUCCESS") break;
    }
    this.log.push(`${name} ${env["COMMIT"] || env["GIT_COMMIT"]}: ${result}`);
    await this.tell(job, { ...env, JOB_NAME: name, BUILD_URL: `https://ci/${name}/` }, result);
    return result;
  }

  /** Starts what a build that has ended starts, by the result that each waits for. */
  private async tell(
    job: Element,
    env: Readonly<Record<string, string>>,
    result: Result,
  ): Promise<void> {
    for (const each of all(job, "hudson.plugins.parameterizedtrigger.BuildTriggerConfig")) {
      const [condition] = texts(each, "condition");
      const isMet = (condition === "SUCCESS") === (result === "SUCCESS");
      if (!["SUCCESS", "UNSTABLE_OR_WORSE"].includes(condition ?? "")) throw new Error(condition);
      if (!isMet) continue;
      const [properties = ""] = texts(each, "properties");
      const given = properties.split("\n").map((line) => {
        const [key = "", value = ""] = line.split("=");
        // A variable that is not there stays as it is written.
        return [key, value.replaceAll(/\$(\w+)/g, (whole, name: string) => env[name] ?? whole)];
      });
      const [name = ""] = texts(each, "projects");
      await this.build(name, Object.fromEntries(given) as Record<string, string>);
    }
  }

  private async wait(step: Element, env: Record<string, string>): Promise<Result> {
    const [name = ""] = texts(step, "projects");
    const [properties = ""] = texts(step, "properties");
    const [key = "", value = ""] = properties.split("=");
    const given = value.replaceAll(/\$(\w+)/g, (_, variable: string) => env[variable] ?? "");
    const [threshold = ""] = all(step, "buildStepFailureThreshold").flatMap((each) =>
      texts(each, "name"),
    );
    const result = await this.build(name, { [key]: given });
    if (result === "NOT_BUILT") return "SUCCESS";
    env[`TRIGGERED_BUILD_RESULT_${name.replaceAll(/[^a-zA-Z0-9]+/g, "_")}`] = result;
    const worse = results.indexOf(result) >= results.indexOf(threshold as Result);
    return worse ? "FAILURE" : "SUCCESS";
  }

  private async shell(
    job: string,
    configuration: Element,
    step: Element,
    env: Record<string, string>,
  ): Promise<Result> {
    const [script = ""] = texts(step, "command");
    const [label = ""] = texts(configuration, "assignedNode");
    const credentials = all(configuration, "credentialIds").flatMap((each) =>
      texts(each, "string"),
    );
    const { code, said } = await this.run({ job, label, script, env, credentials });
    this.log.push(...said.split("\n").filter((line) => line !== ""));
    return code === 0 ? "SUCCESS" : "FAILURE";
  }
}

import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { berth } from "../../operations/berth";
import { marker } from "../../operations/review/render/markdown";
import { repository } from "../../local/cloud/paths";
import { run } from "../../local/cloud/scratch";
import { lintWorkflows } from "./actionlint";

interface Workflow {
  readonly on: unknown;
  readonly permissions: Record<string, string>;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress"?: boolean };
  readonly jobs: Record<string, Job>;
}
interface Job {
  readonly needs?: string;
  readonly environment?: string;
  readonly env?: Record<string, string>;
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly env?: Record<string, string>;
    readonly with?: Record<string, unknown>;
  }[];
}

const read = (...parts: string[]) => fs.readFileSync(path.join(repository, ...parts), "utf8");
const names = fs.readdirSync(path.join(repository, ".github", "workflows"));
const workflow = (name: string) =>
  parse(read(".github", "workflows", name), { merge: true }) as Workflow;
const jenkins = [...read("Jenkinsfile").matchAll(/sh '([^']+)'/g)].map(([, command]) => command!);
const commands = [
  ...names.flatMap((name) =>
    Object.values(workflow(name).jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => (step.run ? [step.run] : [])),
    ),
  ),
  ...jenkins,
];

describe("the pipelines", () => {
  const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);

  it.each(commands)("every command exists: %s", async (command) => {
    expect(spawnSync("bash", ["-n", "-c", command]).status).toBe(0);
    for (const [, script] of command.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
      expect(scripts).toContain(script);
    for (const [file] of command.matchAll(/\.ci\/\w+/g)) {
      expect(fs.statSync(path.join(repository, file)).mode & 0o111).not.toBe(0);
    }
    const [, called] = /berth -- ([\w-]+)/.exec(command) ?? [];
    if (called === undefined) return;
    let usage = "";
    const context = { out: (text: string) => (usage += text), say: () => undefined };
    expect(await berth(context as unknown as Parameters<typeof berth>[0], [called, "--help"])).toBe(
      0,
    );
    for (const [option] of command.matchAll(/ --(?!silent)[a-z]+/g))
      expect(usage).toContain(option.trim());
  });

  it("have nothing that actionlint complains of", { timeout: 300_000 }, async () => {
    const files = names.map((name) => path.join(repository, ".github", "workflows", name));
    expect(await lintWorkflows(files)).toEqual([]);
  });

  it("give a pull request's code no secret and no right to write", () => {
    const text = read(".github", "workflows", "pull-request.yml");
    expect(workflow("pull-request.yml").permissions).toEqual({ contents: "read" });
    expect(text).not.toContain("secrets.");
    expect(text).not.toContain("pull_request_target");
  });

  it("take actions of others by commit, with the version beside it", () => {
    const uses = names.flatMap((name) =>
      [...read(".github", "workflows", name).matchAll(/uses: (.+)/g)].map(([, used]) => used),
    );
    expect(uses.length).toBeGreaterThan(0);
    for (const used of uses) expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("let no file of a pull request's run lie among the code that may comment", () => {
    const { steps } = workflow("review-comment.yml").jobs["comment"]!;
    const download = steps.find(({ uses }) => uses?.startsWith("actions/download-artifact@"));
    expect(download?.with?.["path"]).toBe("${{ runner.temp }}/review");
    expect(read("Jenkinsfile")).toContain(
      `dir("\${env.WORKSPACE_TMP}/review") { unstash 'review' }`,
    );
  });

  it("run nothing that a pull request wrote beside a credential, on Jenkins either", () => {
    const text = read("Jenkinsfile");
    const stages = text.split(/(?=^ {4}stage\()/m).slice(1);
    const holding = stages.filter((stage) => stage.includes("withCredentials"));
    expect(holding.length).toBe(4);
    for (const stage of holding) {
      expect(stage).toContain("agent { label 'trusted' }");
      expect(stage).toMatch(/when \{ branch |skipDefaultCheckout\(\)[^]*checkoutTarget\(\)/);
    }
    expect(text).toMatch(
      /def tellSlack\(String result\) \{\n {2}if \(env\.CHANGE_ID\) return\n {2}node\('trusted'\) \{/,
    );
  });

  it("put nothing of an event into a command's text, where it could become one", () => {
    for (const command of commands) expect(command).not.toContain("${{");
  });

  it("deploy develop to stage, and master to production after stage and an approval, one at a time", () => {
    const { jobs, concurrency } = workflow("deploy.yml");
    expect(concurrency).toEqual({ group: "deploy", "cancel-in-progress": false });
    expect(jobs["stage"]).toMatchObject({ needs: "test", environment: "stage" });
    expect(jobs["plan-prod"]).toMatchObject({ needs: "stage" });
    expect(jobs["prod"]).toMatchObject({ needs: "plan-prod", environment: "prod" });
    expect(jobs["prod"]!.env).toEqual(jobs["stage"]!.env);
    expect(jenkins.indexOf(".ci/deploy stage")).toBeLessThan(jenkins.indexOf(".ci/deploy prod"));
    expect(read("Jenkinsfile").match(/lock\('berth-deployment'\)/g)).toHaveLength(2);
    expect(read("Jenkinsfile").indexOf("input message")).toBeLessThan(
      read("Jenkinsfile").indexOf(".ci/deploy prod"),
    );
  });

  it("tell Slack both outcomes of every deployment", () => {
    for (const name of ["stage", "prod"]) {
      const said = workflow("deploy.yml")
        .jobs[name]!.steps.map((step) => step.run ?? "")
        .join("\n");
      expect(said).toContain(".ci/slack success");
      expect(said).toContain(".ci/slack failure");
    }
  });
});

/** A server that keeps what it was sent and answers as `answer` says. */
class Server {
  readonly got: { method: string; url: string; body: string }[] = [];
  private readonly server: http.Server;
  constructor(answer: (method: string, url: string) => unknown) {
    this.server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { method = "", url = "" } = request;
        this.got.push({ method, url, body });
        response.end(JSON.stringify(answer(method, url)));
      });
    });
  }
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  stop(): void {
    this.server.close();
  }
}

describe("what the pipelines say outside", () => {
  it("tells Slack the outcome and names the committer, without markup of theirs", async () => {
    const slack = new Server(() => "ok");
    const url = await slack.start();
    const clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-slack-"));
    fs.cpSync(path.join(repository, ".ci"), path.join(clone, ".ci"), { recursive: true });
    const git = (...argv: string[]) => execFileSync("git", argv, { cwd: clone });
    git("init", "-q");
    git("add", "-A");
    git(
      "-c",
      "user.name=Ana <!channel>",
      "-c",
      "user.email=a@example.org",
      "commit",
      "-q",
      "-m",
      `Say "hi" & <go>`,
    );
    const env = { ...process.env, SLACK_WEBHOOK_URL: `${url}/hook` };
    const { code, stderr } = await run(
      path.join(clone, ".ci", "slack"),
      ["failure", "stage"],
      clone,
      env,
    );
    slack.stop();
    fs.rmSync(clone, { recursive: true });
    expect(code, stderr).toBe(0);
    const { text } = JSON.parse(slack.got[0]!.body) as { text: string };
    expect(text).toMatch(/^:x: stage: failure\. [0-9a-f]+ by Ana /);
    expect(text).toContain('Say "hi" &amp; &lt;go&gt;');
    expect(text).not.toContain("<!channel>");
  });

  it("explains a lock that somebody holds, and removes none", async () => {
    const bin = fs.mkdtempSync(path.join(os.tmpdir(), "berth-bin-"));
    const called = path.join(bin, "called");
    const script = `#!/bin/sh\necho "$@" >> ${called}\necho "error: the stack is currently locked by 1 lock(s)." >&2\nexit 255\n`;
    fs.writeFileSync(path.join(bin, "pulumi"), script, { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    const { code, stderr } = await run(
      path.join(repository, ".ci", "deploy"),
      ["stage"],
      repository,
      env,
    );
    const calls = fs.readFileSync(called, "utf8");
    fs.rmSync(bin, { recursive: true });
    expect(code).not.toBe(0);
    expect(stderr).toContain("pulumi cancel --stack stage");
    expect(calls).toMatch(/^up --yes .*--policy-pack policies\/pack\n$/);
  });
});

describe("berth review-comment", () => {
  const sha = "a".repeat(40);
  const many = Array.from({ length: 100 }, (_, id) => ({ id, body: "hello" }));
  let github: Server;
  let env: NodeJS.ProcessEnv;
  let own: { id: number; body: string }[] = [];
  const file = path.join(os.tmpdir(), `berth-review-${process.pid}.md`);
  const post = async (...argv: string[]) => {
    let said = "";
    const context = { env, out: () => undefined, say: (text: string) => (said += text) };
    const code = await berth(context as unknown as Parameters<typeof berth>[0], [
      "review-comment",
      ...argv,
    ]);
    return { code, said };
  };
  const usual = ["--file", file, "--repository", "acme/berth", "--pull", "7"];

  beforeAll(async () => {
    github = new Server((method, url) => {
      if (url.includes("/pulls/")) return { head: { sha } };
      if (method !== "GET") return {};
      return /&page=1$/.test(url) ? many : own;
    });
    env = { GITHUB_TOKEN: "t", GITHUB_API_URL: await github.start() };
    fs.writeFileSync(file, `${marker}\nhello`);
  });
  afterAll(() => {
    github.stop();
    fs.rmSync(file);
  });
  const writes = () => github.got.splice(0).filter(({ method }) => method !== "GET");

  it("makes a comment the first time", async () => {
    expect(await post(...usual)).toMatchObject({ code: 0 });
    expect(writes().map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /repos/acme/berth/issues/7/comments",
    ]);
  });

  it("finds its own by the marker, on the second page too, and updates it", async () => {
    own = [{ id: 4711, body: `${marker}\nold` }];
    expect(await post(...usual, "--commit", sha)).toMatchObject({ code: 0 });
    expect(writes().map(({ method, url }) => `${method} ${url}`)).toEqual([
      "PATCH /repos/acme/berth/issues/comments/4711",
    ]);
  });

  it("posts nothing for a pull request that has moved on, nor what is no review", async () => {
    expect((await post(...usual, "--commit", "b".repeat(40))).said).toContain("has moved on");
    fs.writeFileSync(file, "buy this");
    expect((await post(...usual)).said).toContain("is no review");
    expect((await post(...usual.slice(0, 4), "--pull", "7/../8")).code).toBe(64);
    expect(writes()).toEqual([]);
  });
});

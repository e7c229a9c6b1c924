import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { webhookVariable } from "../../components/integrations/webhook";
import { berth } from "../../operations/berth";
import { variables } from "../../operations/ground/jenkins";
import { tokenVariable } from "../../operations/sentry/request";
import { repository } from "../../rehearsal/paths";
import { jobBuilderVersion } from "../../rehearsal/job-builder";
import { lintWorkflows } from "./actionlint";

interface Workflow {
  readonly on: unknown;
  readonly permissions: Record<string, string>;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress"?: boolean };
  readonly jobs: Record<string, Job>;
}
interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly permissions?: Record<string, string>;
  readonly environment?: string;
  readonly env?: Record<string, string>;
  readonly steps: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly env?: Record<string, string>;
    readonly with?: Record<string, unknown>;
    readonly "working-directory"?: string;
    readonly "continue-on-error"?: boolean;
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
    expect(text).not.toContain("upload-artifact");
  });

  it("review by the base's workflow and code, where no secret is, and comment from elsewhere", () => {
    const { on, permissions, jobs } = workflow("review.yml");
    expect([on, permissions]).toEqual(["pull_request_target", {}]);
    expect(read(".github", "workflows", "review.yml")).not.toContain("secrets.");
    const { review, comment } = jobs;
    expect(review!.permissions).toEqual({ contents: "read" });
    expect(JSON.stringify(review)).not.toContain("github.token");
    // The change is checked out beside the base, and nothing runs in it.
    for (const { run, "working-directory": where } of review!.steps) {
      if (run !== undefined && !run.startsWith("sudo ")) expect(where).toBe("base");
    }
    const checkouts = [review!, comment!].flatMap(({ steps }) =>
      steps.flatMap(({ with: given }) => (given?.["ref"] === undefined ? [] : [given])),
    );
    const head = checkouts.filter(({ ref }) => String(ref).includes("head"));
    expect(head.map(({ path: place }) => place)).toEqual(["change"]);
    expect(checkouts.every((given) => given["persist-credentials"] === false)).toBe(true);
    expect(comment).toMatchObject({
      needs: "review",
      if: "always()",
      permissions: { contents: "read", "pull-requests": "write" },
    });
    const fetched = comment!.steps.find(({ uses }) => uses?.includes("download-artifact"));
    expect(fetched).toMatchObject({ "continue-on-error": true });
    const posted = comment!.steps.at(-1)!.run!;
    expect(posted).toContain("--author 'github-actions[bot]'");
    expect(posted).toContain('--commit "$COMMIT"');
  });

  it("give secrets to the step that needs them, and plans keys that can only read", () => {
    const { env, jobs } = parse(read(".github", "workflows", "deploy.yml"), { merge: true }) as {
      env: object;
      jobs: Record<string, Job & { env?: object }>;
    };
    expect(JSON.stringify(env)).not.toContain("secrets.");
    for (const job of Object.values(jobs)) {
      expect(job.env).toBeUndefined();
      for (const step of job.steps) {
        const held = Object.values(step.env ?? {}).filter((value) => value.includes("secrets."));
        if (held.length > 0)
          expect(step.run).toMatch(/^(\.ci\/(slack|agent|deploy)|npm run .* berth)/);
        const key = Object.keys(step.env ?? {}).includes("DEPLOYER_KEY");
        expect(key).toBe(step.run?.startsWith(".ci/agent") === true);
      }
    }
    const may = /SLACK|PASSPHRASE|SCW_DEFAULT|READ_/;
    const plan = JSON.stringify(jobs["plan-prod"]);
    for (const [, secret] of plan.matchAll(/secrets\.(\w+)/g)) expect(secret).toMatch(may);
    expect(jobs["plan-prod"]).toMatchObject({ environment: "prod-read", needs: "test" });
  });

  it("take actions of others by commit, with the version beside it", () => {
    const uses = names.flatMap((name) =>
      [...read(".github", "workflows", name).matchAll(/uses: (.+)/g)].map(([, used]) => used),
    );
    expect(uses.length).toBeGreaterThan(0);
    for (const used of uses) expect(used).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("let no file of a pull request's run lie among the code that may comment", () => {
    const { steps } = workflow("review.yml").jobs["comment"]!;
    const download = steps.find(({ uses }) => uses?.startsWith("actions/download-artifact@"));
    expect(download?.with?.["path"]).toBe("${{ runner.temp }}/review");
    expect(read("Jenkinsfile")).toContain('dir("${env.WORKSPACE_TMP}/review") {');
  });

  it("run what a pull request wrote on disposable agents of Jenkins, which hold no credential", () => {
    const text = read("Jenkinsfile");
    expect(text).toContain("\n  agent none\n");
    const stages = text
      .slice(0, text.indexOf("\n  post {"))
      .split(/(?=^ {4}stage\()/m)
      .slice(1);
    for (const stage of stages) {
      const holds = /withCredentials|sshagent/.test(stage);
      const label = /agent \{ label '(\w+)' \}/.exec(stage)?.[1];
      if (holds) expect(stage).toMatch(/when \{ branch '(develop|master)' \}/);
      expect([label, holds]).toEqual(
        stage.includes("input message")
          ? [undefined, false]
          : [holds ? "trusted" : "disposable", holds],
      );
    }
    expect(stages.map((stage) => /stage\('(.*?)'\)/.exec(stage)![1])).toEqual([
      "review",
      "check",
      "test",
      "stage",
      "plan of production",
      "approval",
      "prod",
    ]);
    // Beside a webhook or a token: the branch's own code, or the target's.
    const [, comment = "", slack = ""] = text.split(/^def (?:comment|tellSlack)\(/m);
    expect(comment).toMatch(/node\('trusted'\) \{\n {4}checkoutTarget\(\)/);
    expect(slack).toMatch(/if \(env\.CHANGE_ID\) return\n {2}node\('trusted'\)/);
    expect(text).toMatch(/always \{ script \{ comment\(\) \} \}/);
  });

  it("put nothing of an event into a command's text, where it could become one", () => {
    for (const command of commands) expect(command).not.toContain("${{");
  });

  it("deploy develop to stage, and master to production after a plan and an approval, one at a time", () => {
    const { on, jobs, concurrency } = workflow("deploy.yml");
    expect(on).toEqual({ push: { branches: ["develop", "master"] } });
    expect(concurrency).toEqual({ group: "deploy", "cancel-in-progress": false });
    const onBranch = (name: string) => `github.ref_name == '${name}'`;
    expect(jobs["stage"]).toMatchObject({ needs: "test", if: onBranch("develop") });
    expect(jobs["plan-prod"]).toMatchObject({ needs: "test", if: onBranch("master") });
    expect(jobs["prod"]).toMatchObject({
      needs: "plan-prod",
      if: onBranch("master"),
      environment: "prod",
    });
    expect(jobs["prod"]!.steps).toEqual(jobs["stage"]!.steps);
    const gate = jobs["plan-prod"]!.steps.findIndex(({ run }) => run?.includes("stage-first"));
    expect(jobs["plan-prod"]!.steps[gate + 1]!.run).toContain("review --real");
    expect(jenkins.indexOf(".ci/deploy stage")).toBeLessThan(jenkins.indexOf(".ci/deploy prod"));
    expect(read("Jenkinsfile").match(/lock\('berth-deployment'\)/g)).toHaveLength(2);
    expect(read("Jenkinsfile").indexOf("input message")).toBeLessThan(
      read("Jenkinsfile").indexOf(".ci/deploy prod"),
    );
  });

  it("hand deployments what an update asks of services that the agency declares, and plans nothing of it", () => {
    const asked = [...Object.values(variables), tokenVariable, webhookVariable];
    for (const name of ["stage", "prod"]) {
      const { steps } = workflow("deploy.yml").jobs[name]!;
      const deploy = steps.find(({ run }) => run?.startsWith(".ci/deploy"));
      for (const each of asked) expect(deploy?.env?.[each]).toBe(`\${{ secrets.${each} }}`);
      const installed = steps.find(({ run }) => run?.includes("jenkins-job-builder"));
      expect(installed?.run).toContain(`jenkins-job-builder==${jobBuilderVersion}`);
      expect(installed?.env).toBeUndefined();
    }
    expect(JSON.stringify(workflow("deploy.yml").jobs["plan-prod"])).not.toMatch(/JENKINS|SENTRY/);
    const handed = read("Jenkinsfile").match(/accounts\('\w*'\)( \+ services\(\))?\) \{[^}]*/g);
    expect(handed).toEqual([
      "accounts('') + services()) { sh '.ci/deploy stage' ",
      expect.stringMatching(/^accounts\('READ_'\)\) \{[^]*stage-first/),
      "accounts('') + services()) { sh '.ci/deploy prod' ",
    ]);
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

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { runProgram, type Ended } from "../../engine/program";
import { findSandbox } from "../../rehearsal/review/sandbox";
import { edited, stepsOf } from "../operations/guide";

const token = "dop_v1_" + "fedcba9876543210".repeat(4);

/** A clone with what is in the working directory, as somebody who works on a change has it. */
describe("reviewing without credentials, as the guides say", () => {
  let clone: string;
  const git = (...argv: string[]) =>
    execFileSync("git", ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", ...argv], {
      cwd: clone,
    });
  const author = {
    GIT_AUTHOR_NAME: "Ana",
    GIT_AUTHOR_EMAIL: "a@example.org",
    GIT_COMMITTER_NAME: "Ana",
    GIT_COMMITTER_EMAIL: "a@example.org",
  };
  const shell = (command: string): Promise<Ended> =>
    runProgram("bash", ["-c", command], {
      cwd: clone,
      env: {
        ...process.env,
        ...author,
        DIGITALOCEAN_TOKEN: token,
        npm_config_loglevel: "error",
      },
    });

  beforeAll(() => {
    clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-clone-"));
    const files = execFileSync(
      "git",
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      { cwd: repository, encoding: "utf8" },
    );
    for (const name of files
      .split("\0")
      .filter((file) => file !== "" && fs.existsSync(path.join(repository, file)))) {
      fs.mkdirSync(path.dirname(path.join(clone, name)), { recursive: true });
      fs.cpSync(path.join(repository, name), path.join(clone, name), { verbatimSymlinks: true });
    }
    fs.symlinkSync(path.join(repository, "node_modules"), path.join(clone, "node_modules"));
    git("init", "-q", "-b", "develop");
    fs.appendFileSync(path.join(clone, ".git", "info", "exclude"), "node_modules\n");
    git("add", "-A");
    git("commit", "-q", "-m", "The fleet");
  });
  afterAll(() => fs.rmSync(clone, { recursive: true, force: true }));

  /** Does what a guide says and answers what its commands printed. */
  async function follow(guide: string): Promise<string> {
    let said = "";
    for (const step of stepsOf(guide)) {
      if (step.kind === "edit") {
        const file = path.join(clone, step.file);
        fs.writeFileSync(file, edited(fs.readFileSync(file, "utf8"), step));
      }
      if (step.kind !== "commands") continue;
      for (const line of step.lines) {
        const { code, stdout, stderr } = await shell(line);
        expect(code, `${line}\n${stdout}${stderr}`).toBe(0);
        said += stdout;
      }
    }
    return said;
  }

  it("review-a-change: tells of a restart, its cost and the walls around the program", async () => {
    const said = await follow("review-a-change");
    expect(said).toMatch(/prod: Look/);
    expect(said).toContain("restart of kmc: kmc, kmc-intranet off about 1 to 4 minutes");
    expect(said).toMatch(/USD \d+\.\d\d → EUR \d+\.\d\d \+ USD \d+\.\d\d \(\+USD 18\.00\)/);
    const sandbox = await findSandbox();
    expect(said).toContain(`sandbox: ${sandbox!.describes}`);
  });

  it("add-a-project: tells where it goes and why", async () => {
    const said = await follow("add-a-project");
    expect(said).toMatch(/garden is new: at DigitalOcean \(tor1\) because rule 3/);
    expect(said).toMatch(/clark gains on garden/);
  });

  it("waive-a-rule: shows the waiver and that it waives nothing here", async () => {
    const said = await follow("waive-a-rule");
    expect(said).toContain(
      "lock-production-buckets for backups-us-east-1-bucket until 2026-12-31 (clark)",
    );
    expect(said).toContain("it waives nothing in this change");
  });

  it("compares a fleet whose jobs an update has Jenkins hold, though Jenkins is out of reach", async () => {
    const file = path.join(clone, "Pulumi.yaml");
    const jenkins =
      "      jenkins: { repository: git@github.com:acme/berth.git, address: https://ci.acme.dev }\n";
    const text = fs.readFileSync(file, "utf8");
    const joined = text.replace(/^ {6}name: countable\n/m, (line) => line + jenkins);
    expect(joined).not.toBe(text);
    fs.writeFileSync(file, joined);
    git("commit", "-q", "-am", "Jenkins");
    fs.writeFileSync(file, joined.replace("ci.acme.dev", "jenkins.acme.dev"));
    git("commit", "-q", "-am", "Another Jenkins");
    const command = "npm run --silent berth -- review --stack stage --base HEAD~1";
    const { code, stdout, stderr } = await shell(command);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("stage: Look");
    git("revert", "--no-edit", "HEAD", "HEAD~1");
  });

  it("gives a program that spies neither network, nor credentials, nor the clone to write to", async () => {
    fs.writeFileSync(
      path.join(clone, "index.ts"),
      `import * as fs from "node:fs";
import * as net from "node:net";
const found: string[] = Object.keys(process.env).filter((name) => process.env[name]?.includes("fedcba98"));
try { fs.writeFileSync(${JSON.stringify(path.join(clone, "Pulumi.yaml"))}, "spied"); found.push("wrote"); } catch {}
try { fs.readdirSync(${JSON.stringify(path.join(os.homedir(), ".ssh"))}).forEach((name) => found.push(name)); } catch {}
const socket = net.connect({ host: "192.0.2.1", port: 443 });
socket.on("error", (error: NodeJS.ErrnoException) => { throw new Error("spied: [" + found.join() + "] " + error.code); });
`,
    );
    git("commit", "-q", "-am", "Spy");
    const spied = await shell(
      "npm run --silent berth -- review --markdown --stack stage --base HEAD~1",
    );
    expect(spied.code).toBe(3);
    expect(spied.stdout).toContain("The program changes: index.ts");
    expect(spied.stdout).toMatch(/spied: (&#91;){2}|spied: &#91;&#93; ENETUNREACH/);
    expect(spied.stdout + spied.stderr).not.toContain(token);
    expect(fs.readFileSync(path.join(clone, "Pulumi.yaml"), "utf8")).not.toBe("spied");
  });

  it("ends red, by the name of the package, where a change would have npm run its own git", async () => {
    const trap = path.join(clone, "trap");
    fs.writeFileSync(trap, `#!/bin/sh\ntouch ${clone}/sprung\n`, { mode: 0o755 });
    fs.writeFileSync(path.join(clone, ".npmrc"), `git=${trap}\nignore-scripts=false\n`);
    const file = path.join(clone, "package-lock.json");
    const lock = JSON.parse(fs.readFileSync(file, "utf8")) as { packages: Record<string, unknown> };
    lock.packages["node_modules/evil"] = { version: "1.0.0", resolved: `git+file://${clone}#HEAD` };
    fs.writeFileSync(file, JSON.stringify(lock));
    git("add", "-A");
    git("commit", "-q", "-m", "Packages");
    const head = git("rev-parse", "HEAD").toString().trim();
    // As a pipeline has it: what reviews is the base, and the change is a commit beside it.
    git("checkout", "-q", "HEAD~2");
    const command = "npm run --silent berth -- review --markdown --out review.md";
    fs.writeFileSync(path.join(clone, "review.md"), "🟢");
    const { code } = await shell(`${command} --base HEAD --head ${head}`);
    expect(code).toBe(3);
    const said = fs.readFileSync(path.join(clone, "review.md"), "utf8");
    expect(said).toMatch(/🔴 Stop: the packages of .* evil: it comes from .?git\+file/);
    expect(said).not.toContain("🟢");
    expect(fs.existsSync(path.join(clone, "sprung"))).toBe(false);
  });
});

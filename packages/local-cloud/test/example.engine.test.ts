import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const example = path.resolve(__dirname, "../example");

let scratch: string;
let directory: string;
beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "local-cloud-example-"));
  directory = path.join(scratch, "cloud");
});
afterAll(async () => {
  await localCloud("--down");
  fs.rmSync(scratch, { recursive: true, force: true });
});

/** `npx local-cloud …` in the example, as its README says, with its state elsewhere. */
function localCloud(
  ...words: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const mine = ["--directory", directory];
  const child = spawn("npx", ["--no-install", "local-cloud", ...mine, ...words], { cwd: example });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

describe("a program for two clouds that has nothing to do with any other", () => {
  it("is brought up by one command, without an account", async () => {
    const up = await localCloud("--machines", "recorded", "pulumi", "up", "--yes", "-s", "dev");
    expect(up, up.stdout + up.stderr).toMatchObject({ code: 0 });
    expect(up.stdout).toContain("3 created");
  });

  it("has the record at one cloud lead to the machine at the other", async () => {
    const { stdout } = await localCloud("pulumi", "stack", "export", "-s", "dev");
    const { deployment } = JSON.parse(stdout) as {
      deployment: { resources: { type: string; outputs: Record<string, unknown> }[] };
    };
    const of = (type: string) => deployment.resources.find((each) => each.type === type)?.outputs;
    const droplet = of("digitalocean:index/droplet:Droplet");
    expect(of("cloudflare:index/dnsRecord:DnsRecord")).toMatchObject({
      name: "www.example.com",
      content: droplet?.["ipv4Address"],
    });
  });

  it("changes nothing the second time, nor any of the program's own files", async () => {
    const again = ["preview", "--expect-no-changes", "--diff", "-s", "dev"];
    expect(await localCloud("pulumi", ...again)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(path.join(example, "Pulumi.dev.yaml"), "utf8")).not.toMatch(
      /salt|secret/,
    );
  });

  it("passes on the exit code of the command", async () => {
    expect((await localCloud("sh", "-c", "exit 7")).code).toBe(7);
  });

  it("is taken down with all it left", async () => {
    expect(await localCloud("--down")).toMatchObject({
      code: 0,
      stderr: "local-cloud: the local cloud and its state are gone\n",
    });
    expect(fs.existsSync(directory)).toBe(false);
    expect((await localCloud("--down")).stderr).toContain("there is no local cloud here");
  });
});

describe("the command", () => {
  it.each([
    ["nothing to do", [], "usage: local-cloud"],
    ["an option that is unknown", ["--upside-down", "true"], "Unknown option '--upside-down'"],
  ])("refuses %s", async (_, words, said) => {
    const { code, stderr } = await localCloud(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });

  it("refuses machines of an unknown kind", async () => {
    const { code, stderr } = await localCloud("--machines", "steam", "true");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "local-cloud: --machines=steam is unknown; allowed: booted, bare, recorded",
    );
  });
});

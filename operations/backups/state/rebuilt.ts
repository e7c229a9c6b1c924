import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

import type { Ended } from "../../../engine/program";
import { pulumi } from "../../../engine/pulumi";
import { readExport } from "../../../engine/state";
import type { Context } from "../../ground/context";

/** What a clone's own state and history are: nothing of them goes into an empty directory. */
const notTheProgram = /^(\.git|\.berth|\.local-cloud|Pulumi(\..+)?\.yaml)$/;

/** How the engine is told to encrypt a stack's secrets, as a state names it. */
interface SecretsProvider {
  readonly type?: string;
  readonly state?: { readonly url?: string };
}

/**
 * Berth from a copy of its state alone: an empty directory with the program and the committed stack files, and an
 * empty backend of files. It does what docs/state.md has a person do there, and ends as it began: `remove`.
 */
export class Rebuilt {
  private readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-state-"));
  private readonly project = path.join(this.directory, "clone");

  constructor(private readonly context: Context) {
    fs.mkdirSync(this.project);
    fs.mkdirSync(path.join(this.directory, "backend"));
    for (const name of fs.readdirSync(context.directory)) {
      if (notTheProgram.test(name)) continue;
      fs.symlinkSync(path.join(context.directory, name), path.join(this.project, name));
    }
    this.layStackFiles();
  }

  /** Makes a stack and gives it the state. Answers what went wrong; nothing where the state is there again. */
  async bring(stack: string, text: string): Promise<string | undefined> {
    const file = path.join(this.directory, `${stack}.json`);
    fs.writeFileSync(file, text, { mode: 0o600 });
    const provider = providerOf(text);
    const made = await this.pulumi(
      ...["stack", "init", stack],
      ...(provider?.type === "cloud" && provider.state?.url !== undefined
        ? ["--secrets-provider", provider.state.url]
        : []),
    );
    if (made.code !== 0) return `cannot be made anew: ${lastWords(made)}`;
    // What `stack init` wrote into it stands in the state too.
    this.layStackFiles();
    const imported = await this.pulumi("stack", "import", "--stack", stack, "--file", file);
    if (imported.code !== 0) return `cannot be imported: ${lastWords(imported)}`;
    const back = await this.pulumi("stack", "export", "--stack", stack);
    if (back.code !== 0) return `cannot be read after its import: ${lastWords(back)}`;
    // Secrets are encrypted anew on their way in, so that values cannot be compared here.
    const [before, after] = [text, back.stdout].map((each) =>
      JSON.stringify(readExport(each).resources.map(({ urn, id }) => [urn, id])),
    );
    return before === after ? undefined : "holds other resources after its import";
  }

  /** What a preview of a stack shows as changed; nothing where it shows none. */
  async changes(stack: string): Promise<string | undefined> {
    const ended = await this.pulumi("preview", "--expect-no-changes", "--stack", stack);
    return ended.code === 0 ? undefined : lastWords(ended);
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private pulumi(...args: readonly string[]): Promise<Ended> {
    const backend = pathToFileURL(path.join(this.directory, "backend")).href;
    const env = {
      // A stack of another provider has no passphrase, and the engine asks for one when it makes a stack.
      PULUMI_CONFIG_PASSPHRASE: "",
      ...this.context.env,
      PULUMI_BACKEND_URL: backend,
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    };
    return pulumi(args, { cwd: this.project, env });
  }

  private layStackFiles(): void {
    for (const name of fs.readdirSync(this.context.directory)) {
      if (!/^Pulumi(\..+)?\.yaml$/.test(name)) continue;
      fs.copyFileSync(path.join(this.context.directory, name), path.join(this.project, name));
    }
  }
}

function providerOf(text: string): SecretsProvider | undefined {
  const { deployment } = JSON.parse(text) as {
    deployment?: { secrets_providers?: SecretsProvider };
  };
  return deployment?.secrets_providers;
}

function lastWords({ stdout, stderr }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-12).join("\n");
}

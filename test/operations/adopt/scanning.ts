import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "vitest";
import { stringify } from "yaml";

import { ConfigError } from "../../../components/fleet/problem";
import { parseFleet } from "../../../components/stack-file/parse";
import { readStackFiles } from "../../../components/stack-file/stack-files";
import { berth } from "../../../operations/berth";
import type { Context } from "../../../operations/ground/context";
import { shared, today } from "../../stack-file/fixture";

/** A clone with Pulumi.yaml alone, in which `berth adopt --scan` is run. */
export class Clone {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-adopt-"));
  /** What stacks published. */
  published: Context["published"] = () => Promise.resolve(undefined);

  constructor(private readonly env: NodeJS.ProcessEnv) {
    const { agency, team } = shared();
    const config = { "berth:agency": { value: agency }, "berth:team": { value: team } };
    this.write("Pulumi.yaml", stringify({ name: "berth", config }));
  }

  /** Writes a file; its path. */
  write(name: string, text: string): string {
    const file = path.join(this.directory, name);
    fs.writeFileSync(file, text);
    return file;
  }

  async scan(...argv: string[]) {
    let [out, said] = ["", ""];
    const context: Context = {
      ...{ directory: this.directory, env: this.env, now: today, keys: (fleet) => fleet },
      published: (stack) => this.published(stack),
      out: (text) => void (out += text),
      say: (text) => void (said += `${text}\n`),
    };
    const code = await berth(context, ["adopt", "--scan", ...argv]);
    return { code, out, said };
  }

  /** The program's own reading of a stack file. */
  stackOf(text: string) {
    const file = this.write("Pulumi.prod.yaml", text);
    const { stacks, unreadable } = readStackFiles(this.directory);
    expect(unreadable).toEqual({});
    fs.rmSync(file);
    return stacks["prod"]!;
  }

  /** The fleet that such a file declares. */
  parsed(text: string) {
    const config = { projects: {}, ...this.stackOf(text) };
    return parseFleet({ stack: "prod", config, stackFiles: {} }, today);
  }

  /** The places at which the program finds something wrong or missing. */
  problemsOf(text: string): string[] {
    try {
      this.parsed(text);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ path: at }) => at).sort();
      throw error;
    }
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

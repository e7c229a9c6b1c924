import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";

import { cliVersion } from "../pulumi/pins";
import { clearDeadEngines } from "./dead-engines";
import type { CloudPaths } from "./paths";
import { writeOnce, writeWhole } from "../ground/whole-file";

/** The owner that the file backend gives every stack. */
const owner = "organization";

/**
 * Makes sure that every stack of the project, one for each `Pulumi.<stack>.yaml`, exists in the
 * rehearsal's backend with the vault as its secrets manager. `pulumi stack init` cannot be used:
 * it writes a salt into the committed stack file. So the empty checkpoint that it would leave in
 * the backend is written here; from then on the engine alone writes there.
 */
export function ensureStacks(paths: CloudPaths, project: string, vault: number): void {
  const name = projectName(project);
  const url = `http://127.0.0.1:${vault}`;
  keepCredentials(paths, url);
  const stacks = path.join(paths.state, ".pulumi", "stacks", name);
  fs.mkdirSync(stacks, { recursive: true });
  const meta = path.join(paths.state, ".pulumi", "meta.yaml");
  if (!fs.existsSync(meta)) fs.writeFileSync(meta, "version: 1\n");
  followVault(paths, stacks, url);
  clearDeadEngines(paths.state);
  for (const stack of stackNames(project)) {
    const file = path.join(stacks, `${stack}.json`);
    if (!fs.existsSync(file)) writeOnce(file, JSON.stringify(checkpoint(name, stack, url)));
  }
}

/** The stacks that have a file in the project, in the order of their names. */
export function stackNames(project: string): string[] {
  return fs
    .readdirSync(project)
    .flatMap((file) => /^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function projectName(project: string): string {
  const file = path.join(project, "Pulumi.yaml");
  const { name } = parse(fs.readFileSync(file, "utf8")) as { name?: unknown };
  if (typeof name !== "string") throw new Error(`${file}: name is missing`);
  return name;
}

function checkpoint(project: string, stack: string, url: string): object {
  const version = `v${cliVersion}`;
  const magic = crypto.createHash("sha256").update(version).digest("hex");
  return {
    version: 3,
    checkpoint: {
      stack: `${owner}/${project}/${stack}`,
      latest: {
        manifest: { time: new Date().toISOString(), magic, version },
        secrets_providers: { type: "service", state: { url, owner, project, stack } },
      },
    },
  };
}

/**
 * The vault comes back on its old port unless somebody else has taken it; then the address in the
 * states has to follow.
 */
function followVault(paths: CloudPaths, stacks: string, url: string): void {
  const note = path.join(paths.directory, "vault-address");
  const old = fs.existsSync(note) ? fs.readFileSync(note, "utf8") : url;
  if (old !== url) {
    for (const name of fs.readdirSync(stacks)) {
      const file = path.join(stacks, name);
      writeWhole(file, fs.readFileSync(file, "utf8").replaceAll(`"${old}"`, `"${url}"`));
    }
  }
  if (old !== url || !fs.existsSync(note)) writeWhole(note, url);
}

/** The engine looks for a token of the vault's address here; the vault takes any. */
function keepCredentials(paths: CloudPaths, url: string): void {
  fs.mkdirSync(paths.home, { recursive: true });
  const file = path.join(paths.home, "credentials.json");
  const kept = fs.existsSync(file)
    ? (JSON.parse(fs.readFileSync(file, "utf8")) as Credentials)
    : { current: pathToFileURL(paths.state).href };
  if (kept.accounts?.[url]) return;
  const credentials: Credentials = {
    ...kept,
    accessTokens: { ...kept.accessTokens, [url]: "rehearsal" },
    accounts: { ...kept.accounts, [url]: { accessToken: "rehearsal" } },
  };
  writeWhole(file, JSON.stringify(credentials));
}

interface Credentials {
  readonly current?: string;
  readonly accessTokens?: Readonly<Record<string, string>>;
  readonly accounts?: Readonly<Record<string, unknown>>;
}

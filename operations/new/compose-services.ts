import * as fs from "node:fs";
import * as path from "node:path";

import { parseDocument } from "yaml";

import { Refusal } from "../ground/usage";

/** What a developer's script has to know of a repository's Compose files. */
export interface ComposeServices {
  /** What production publishes, as `SERVICE:PORT`, its container's port: where visitors come to. */
  readonly inProduction: readonly string[];
  /** What a developer's computer publishes, as `SERVICE:PORT`, or `SERVICE:PORT/udp`. */
  readonly inDevelopment: readonly string[];
  /** Ports there that are not told by a number of the container's, as they are written: ranges, variables. */
  readonly unread: readonly string[];
  /** Services whose image is PostgreSQL's, or one that is made of it. */
  readonly databases: readonly string[];
}

interface Service {
  readonly image?: unknown;
  readonly ports?: unknown;
}

const base = "docker-compose.yml";
/** The last part of an image's name; an exporter and its like talk to a database and are none. */
const databaseImage = /^(?:.*\/)?(?:postgres|postgis|pgvector|timescaledb)(?::[^/]*)?(?:@.*)?$/;
/** The container's port of Compose's short form: what comes last, whatever the others are. */
const shortPort = /(?:^|:)(\d+)(?:\/(tcp|udp))?$/;

/**
 * Reads a repository's Compose files as they are written (R44), without Compose: `include`, `extends` and variables
 * are not followed, so what comes by them has to be said. Throws a `Refusal` that names a file that is missing or cannot be read.
 */
export function composeServices(directory: string): ComposeServices {
  const common = servicesIn(directory, base);
  const development = servicesIn(directory, "dc.dev.yml");
  const production = fs.existsSync(path.join(directory, "dc.prod.yml"))
    ? servicesIn(directory, "dc.prod.yml")
    : new Map<string, Service>();
  const databases = [...common, ...development].filter(
    ([, { image }]) => typeof image === "string" && databaseImage.test(image),
  );
  const here = portsOf(common, development);
  return {
    inProduction: published(portsOf(common, production)),
    inDevelopment: published(here),
    unread: here.flatMap(({ name, written, target }) =>
      target === undefined ? [`${name}: ${JSON.stringify(written)}`] : [],
    ),
    databases: [...new Set(databases.map(([name]) => name))],
  };
}

function servicesIn(directory: string, name: string): Map<string, Service> {
  const file = path.join(directory, name);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    throw new Refusal(
      `${file} is not there: --directory names a clone of the project's repository (R44)`,
    );
  }
  const document = parseDocument(text, { merge: true });
  const [wrong] = document.errors;
  if (wrong !== undefined) throw new Refusal(`${file}: ${wrong.message.split("\n")[0]}`);
  const services = entries(document.toJS()).find(([key]) => key === "services")?.[1];
  return new Map(entries(services));
}

const entries = (value: unknown): [string, Service][] =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value as Record<string, Service | null>).map(([key, each]) => [
        key,
        each ?? {},
      ])
    : [];

interface Port {
  /** Of the service. */
  readonly name: string;
  readonly written: unknown;
  /** The container's port; undefined where it is not written as a number. */
  readonly target: string | undefined;
}

function portsOf(...files: readonly ReadonlyMap<string, Service>[]): Port[] {
  return files
    .flatMap((services) => [...services])
    .flatMap(([name, { ports }]) =>
      (Array.isArray(ports) ? ports : []).map((written: unknown) => {
        return { name, written, target: targetOf(written) };
      }),
    );
}

function published(ports: readonly Port[]): string[] {
  const found = ports.flatMap(({ name, target }) => (target ? [`${name}:${target}`] : []));
  return [...new Set(found)];
}

interface LongPort {
  readonly target?: unknown;
  readonly protocol?: unknown;
}

/** `80`, or `53/udp`; undefined where it is not written as a number. */
function targetOf(port: unknown): string | undefined {
  const long = typeof port === "object" && port !== null ? (port as LongPort) : undefined;
  const [, target, said] = shortPort.exec(String(long ? long.target : port)) ?? [];
  if (target === undefined) return undefined;
  return (long?.protocol ?? said) === "udp" ? `${target}/udp` : target;
}

import { isObject, type Props } from "../../emulator/values";

/** How to reach one SSH server. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** PEM or OpenSSH text. */
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  /** Path of an ssh-agent's socket; the caller's `SSH_AUTH_SOCK` when absent. */
  readonly agentSocketPath?: string;
  /** Failed dials that are forgiven; -1: without end. */
  readonly dialErrorLimit: number;
  /** Seconds for one TCP connect; 0: without end. */
  readonly perDialTimeout: number;
  /** The one key the server may show, as an authorized_keys line. Absent: any is taken. */
  readonly hostKey?: string;
}

/** An endpoint, perhaps reached through another one. */
export interface Connection extends Endpoint {
  readonly proxy?: Endpoint;
}

const defaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
const texts = ["host", "user", "password", "privateKey", "privateKeyPassword"] as const;
const moreTexts = ["agentSocketPath", "hostKey"] as const;
const numbers = ["port", "dialErrorLimit", "perDialTimeout"] as const;
const known: readonly string[] = [...texts, ...moreTexts, ...numbers, "proxy"];

/** A connection with the defaults that `Check` adds, in the proxy too. */
export function withDefaults(connection: Props): Props {
  const filled: Props = { ...defaults, ...connection };
  if (isObject(filled["proxy"])) filled["proxy"] = { ...defaults, ...filled["proxy"] };
  return filled;
}

/**
 * What the real `Check` refuses in a connection: a missing host, values of another type, fields
 * that do not exist. `path` names the connection; values are never shown.
 */
export function connectionFailures(
  connection: Props,
  path = "connection",
): { property: string; reason: string }[] {
  const failures: { property: string; reason: string }[] = [];
  const refuse = (field: string, reason: string) =>
    failures.push({ property: `${path}.${field}`, reason });
  if (connection["host"] === undefined) {
    refuse("host", "Missing required field 'host' on '.Connection'");
  }
  for (const field of Object.keys(connection)) {
    if (!known.includes(field) && !field.startsWith("__")) {
      refuse(field, `Unrecognized field '${field}' on '.Connection'`);
    }
  }
  const proxy = connection["proxy"];
  if (isObject(proxy)) failures.push(...connectionFailures(proxy, `${path}.proxy`));
  return failures;
}

/** The connection that checked inputs hold. */
export function readConnection(inputs: Props): Connection {
  const given = isObject(inputs["connection"]) ? inputs["connection"] : {};
  const proxy = given["proxy"];
  return { ...endpoint(given), ...(isObject(proxy) ? { proxy: endpoint(proxy) } : {}) };
}

function endpoint(given: Props): Endpoint {
  const text = (key: string) => (typeof given[key] === "string" ? { [key]: given[key] } : {});
  const number = (key: keyof typeof defaults) => Number(given[key] ?? defaults[key]);
  return {
    ...text("password"),
    ...text("privateKey"),
    ...text("privateKeyPassword"),
    ...text("agentSocketPath"),
    ...text("hostKey"),
    host: String(given["host"] ?? ""),
    user: String(given["user"] ?? defaults.user),
    port: Math.trunc(number("port")),
    dialErrorLimit: number("dialErrorLimit"),
    perDialTimeout: number("perDialTimeout"),
  };
}

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

/** A connection with the defaults that `Check` adds, in the proxy too. */
export function withDefaults(connection: Props): Props {
  const filled: Props = { ...defaults, ...connection };
  if (isObject(filled["proxy"])) filled["proxy"] = { ...defaults, ...filled["proxy"] };
  return filled;
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

import { mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";

/** Whom a question goes to, and what is to be said where it is refused. */
export interface Asked {
  /** As a sentence names it. */
  readonly who: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The right that the credentials need. */
  readonly needs: string;
}

export interface Told {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

const patienceMs = 30_000;
/** Pages that are asked for; an account with more is not read by halves. */
const mostPages = 100;

/**
 * Asks an HTTP API for JSON and changes nothing. Throws a `Refusal` that names the right which is missing, or the
 * status; never what was sent or answered, as either may hold a secret.
 */
export async function getJson(url: string, asked: Asked): Promise<Told> {
  const { response, text } = await send(url, asked, {});
  try {
    return { body: mapping(JSON.parse(text)), headers: response.headers };
  } catch {
    throw new Refusal(`${asked.who} answers with something that is no JSON`);
  }
}

/** The same for any request: the answer's text, of one that is well. */
export async function send(
  url: string,
  { who, headers, needs }: Asked,
  init: Pick<RequestInit, "method" | "body">,
): Promise<{ readonly response: Response; readonly text: string }> {
  const signal = AbortSignal.timeout(patienceMs);
  let response: Response;
  let text: string;
  try {
    // A redirect would take the token to another host.
    response = await fetch(url, { ...init, headers, signal, redirect: "error" });
    text = await response.text();
  } catch {
    throw new Refusal(`${who} does not answer`);
  }
  if (response.ok) return { response, text };
  const denied = response.status === 401 || response.status === 403;
  throw new Refusal(
    `${who} answers ${response.status}${denied ? `: the credentials need ${needs}` : ""}`,
  );
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Whether there is another one. */
  readonly more: boolean;
}

/** All pages of a list, the first of which is 1. Throws a `Refusal` where there are more than anybody reads. */
export async function allPages<Item>(
  who: string,
  ask: (page: number) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { items, more } = await ask(page);
    all.push(...items);
    if (!more) return all;
  }
  throw new Refusal(`${who} tells of more than ${mostPages} pages; it is not read by halves`);
}

/** A list of mappings, of what an API answered unchecked. */
export function mappings(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}

/** A text, or none; numbers as text, since ids are. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A variable that holds a token. Throws a `Refusal` naming it where it is not set or no token. */
export function tokenIn(env: NodeJS.ProcessEnv, name: string): string {
  const token = env[name] ?? "";
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new Refusal(`${name} is not set, or is no token`);
}

/** Where an API is, without a slash at its end. */
export function baseOf(env: NodeJS.ProcessEnv, name: string, usual: string): string {
  return (env[name] || usual).replace(/\/+$/, "");
}

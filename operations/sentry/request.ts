import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";

import { answerText } from "../ground/answer-text";
import { printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";

/** The variable that holds the token, which is a secret. */
export const tokenVariable = "SENTRY_AUTH_TOKEN";

/** What the token has to be allowed, as Sentry calls it. */
export const scopes = "org:read, team:read, project:admin, alerts:read, alerts:write";

const patience = 20_000;
/** How often it is asked again where it says that it was asked too often. */
const attempts = 4;
/** The longest that it may ask to wait, in seconds. */
const longestWait = 60;
/** Pages of one list; of a hundred things each. */
const mostPages = 50;

/** Asks Sentry's API about one organisation. */
export class Requests {
  private readonly token: string;

  /** Throws a `Refusal` naming the variable where the token is absent or no token. */
  constructor(
    private readonly address: string,
    env: NodeJS.ProcessEnv,
  ) {
    const token = env[tokenVariable];
    if (token === undefined || !/^[\x21-\x7e]{16,}$/.test(token)) {
      throw new Refusal(
        `${tokenVariable} is ${token === undefined || token === "" ? "not set" : "no token"}; make one of an internal integration of the organisation, with ${scopes}, and give it without quotes`,
      );
    }
    this.token = token;
  }

  /** All of a list, page by page. */
  async list<One>(path: string, form: z.ZodType<One>): Promise<One[]> {
    const all: One[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const more = cursor === undefined ? "" : `cursor=${encodeURIComponent(cursor)}`;
      const asked = more === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${more}`;
      const answer = await this.send("GET", asked);
      all.push(...this.read(asked, answer.text, form.array()));
      cursor = nextOf(answer.link);
      if (cursor === undefined) return all;
    }
    throw new Refusal(`Sentry has more than ${mostPages} pages of ${path}`);
  }

  /** Sends a body, and reads what comes back where somebody wants it. */
  async call<One>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: object | undefined,
    form?: z.ZodType<One>,
  ): Promise<One | undefined> {
    const { text } = await this.send(method, path, body);
    return form === undefined ? undefined : this.read(path, text, form);
  }

  private read<One>(path: string, text: string, form: z.ZodType<One>): One {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Refusal(`what ${this.address} answered to ${path} is no JSON; is it a Sentry?`);
    }
    const reading = form.safeParse(value);
    if (reading.success) return reading.data;
    const at = reading.error.issues[0]?.path.join(".");
    throw new Refusal(`what Sentry answered to ${path} has not the published form (${at})`);
  }

  private async send(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly text: string; readonly link: string | null }> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(`${this.address}/api/0/${path}`, {
        ...{ method, redirect: "manual" },
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patience),
      }).catch((error: unknown) => {
        throw new Refusal(`${this.address} was not reached: ${codeOf(error)}; run it again`);
      });
      const text = await answerText(answer, this.address);
      if (answer.status === 429 && attempt < attempts) {
        const seconds = waitOf(answer.headers);
        if (seconds <= longestWait) {
          await sleep(seconds * 1_000);
          continue;
        }
      }
      if (answer.ok) return { text, link: answer.headers.get("link") };
      throw new Refusal(this.refused(method, path, answer, text));
    }
  }

  private refused(
    method: string,
    path: string,
    { status, headers }: Response,
    text: string,
  ): string {
    const said = printableLine(text, 300).replaceAll(this.token, "…");
    const fixes: Readonly<Record<number, string>> = {
      401: `the token in ${tokenVariable} is not in force there; make another one`,
      403: `the token in ${tokenVariable} lacks a scope; it needs ${scopes}`,
      404: "see that organisation and address are as declared, and that the token is of that organisation",
      409: "somebody made it meanwhile; run it again",
      429: "it was asked too often; run it again later",
    };
    const elsewhere = status >= 300 && status < 400 ? headers.get("location") : null;
    const led =
      elsewhere === null
        ? undefined
        : `it leads to ${printableLine(elsewhere)}: an organisation or a project has another slug by now, or its region another address; declare it`;
    const fix = [fixes[status] ?? led ?? []].flat().map((each) => `; ${each}`);
    return `Sentry refused ${method} ${path}: ${status} ${said}${fix.join("")}`;
  }
}

/**
 * Seconds until it may be asked again: as any service says so, or as Sentry does, by the time at which its count begins
 * anew.
 */
function waitOf(headers: Headers): number {
  const [after, anew] = [headers.get("retry-after"), headers.get("x-sentry-rate-limit-reset")];
  const said =
    after === null && anew !== null ? Number(anew) - Date.now() / 1_000 : Number(after ?? "1");
  return Number.isNaN(said) ? 1 : Math.max(said, 0);
}

/** Where the next page begins, by the header's own words; the address in it is not followed. */
function nextOf(link: string | null): string | undefined {
  const next = (link ?? "").split(",").find((each) => each.includes('rel="next"'));
  if (next === undefined || !next.includes('results="true"')) return undefined;
  return /cursor="([^"]+)"/.exec(next)?.[1];
}

/** What a failure is called; nothing of the request is in it. */
export function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? (name === "TimeoutError" ? "no answer within 20 s" : "no connection");
}

import type { z } from "zod";

import { answerText, Unavailable } from "./answer-text";
import { printableLine } from "./printable";
import { serviceAddress } from "./service-address";
import { Refusal } from "./usage";

/** The variables that hold who asks Jenkins, and that account's API token, which is a secret. */
export const variables = { user: "JENKINS_USER", token: "JENKINS_TOKEN" } as const;

const patience = 30_000;

/** What Jenkins answered. */
export interface JenkinsAnswer {
  readonly status: number;
  readonly text: string;
  /** Where it says that something is. */
  readonly location: string | null;
}

/** Something to be sent, with its content type. */
export interface Sent {
  readonly type: string;
  readonly text: string;
}

/** Statuses by which a Jenkins that starts anew, or what stands before it, says that it comes back. */
const comesBack: readonly number[] = [502, 503, 504];

/** Asks a Jenkins by its remote API, as the account of the environment. */
export class JenkinsRequests {
  /** Without a slash at its end. */
  readonly address: string;
  private readonly credentials: string;

  /**
   * `may`: what the account has to be allowed, for whoever makes it. Throws a `Refusal` naming the variable that is not
   * set.
   */
  constructor(declared: string, env: NodeJS.ProcessEnv, may: string) {
    this.address = serviceAddress(env, "JENKINS_URL", declared);
    const [user, token] = [env[variables.user] ?? "", env[variables.token] ?? ""];
    const lacking = [...(user ? [] : [variables.user]), ...(token ? [] : [variables.token])];
    if (lacking.length > 0) {
      throw new Refusal(
        `${lacking.join(" and ")}: not set; make an API token of an account that may ${may} (Jenkins: People, the account, Security)`,
      );
    }
    this.credentials = Buffer.from(`${user}:${token}`).toString("base64");
  }

  /**
   * Throws a `Refusal` that holds no secret where it answers with another status than these, and an `Unavailable` where
   * it is not reached or starts anew. `end`: of a long answer the end is enough.
   */
  async ask(
    method: "GET" | "POST",
    path: string,
    good: readonly number[],
    sent?: Sent,
    end = false,
  ): Promise<JenkinsAnswer> {
    let answer: Response;
    try {
      answer = await fetch(`${this.address}/${path}`, {
        ...{ method, redirect: "manual", signal: AbortSignal.timeout(patience) },
        headers: {
          authorization: `Basic ${this.credentials}`,
          ...(sent && { "content-type": sent.type }),
        },
        ...(sent && { body: sent.text }),
      });
    } catch (error) {
      const { cause } = error as { cause?: Error };
      const why = printableLine(cause?.message ?? String(error));
      throw new Unavailable(`${this.address} was not reached: ${why}`, { cause: error });
    }
    const text = await answerText(answer, this.address, end);
    const { status, headers } = answer;
    const location = headers.get("location");
    if (good.includes(status)) return { status, text, location };
    const asked = `${method} ${this.address}/${path.split("?")[0]}`;
    if (comesBack.includes(status)) throw new Unavailable(`${asked}: it answered ${status}`);
    // Jenkins' own words on what it refused.
    const said = headers.get("x-error");
    const why = [
      refusedBy(status, text, location),
      ...(said === null ? [] : [printableLine(said)]),
    ];
    throw new Refusal(`${asked}: ${why.join(": ")}`);
  }

  /** What it answers, as JSON of a form. Throws as `ask` does, and where it is not of that form. */
  async read<T>(path: string, form: z.ZodType<T>): Promise<T> {
    const { text } = await this.ask("GET", path, [200]);
    const reading = form.safeParse(jsonOf(text));
    if (reading.success) return reading.data;
    throw new Refusal(
      `what ${this.address} answered to ${path.split("?")[0]} has not the form of Jenkins' own; is it a Jenkins?`,
    );
  }
}

/** Why Jenkins, or what stands before it, did not do it, and what to do. */
function refusedBy(status: number, text: string, location: string | null): string {
  if (status === 403 && text.includes("crumb")) {
    return `it wants a crumb, as it does of who comes with a password: ${variables.token} has to be an API token`;
  }
  if (status === 401 || status === 403) {
    return `the account of ${variables.user} may not, or its token is not good`;
  }
  if (status >= 300 && status < 400) {
    return `it leads to ${printableLine(location ?? "nowhere")}; declare the address that Jenkins itself shows (Manage Jenkins, System), at which API tokens count`;
  }
  return `it answered ${status}`;
}

/** Undefined for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

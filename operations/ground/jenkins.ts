import type { z } from "zod";

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

  /** Throws a `Refusal` that holds no secret where it is not reached or answers with another status than these. */
  async ask(
    method: "GET" | "POST",
    path: string,
    good: readonly number[],
    sent?: Sent,
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
      throw new Refusal(`${this.address} was not reached: ${why}`, { cause: error });
    }
    const text = await answer.text();
    const { status } = answer;
    if (good.includes(status)) return { status, text, location: answer.headers.get("location") };
    const why =
      status === 401 || status === 403
        ? `the account of ${variables.user} may not, or its token is not good`
        : `it answered ${status}`;
    throw new Refusal(`${method} ${this.address}/${path.split("?")[0]}: ${why}`);
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

/** Undefined for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

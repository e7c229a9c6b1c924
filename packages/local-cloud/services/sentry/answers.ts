import type { Body } from "./shown";

/** What the double answers a request. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** Sentry's words for what is not there. */
export const absent = "The requested resource does not exist";

/** A thing that was made, as it is answered. */
export function added<One>(all: One[], one: One, shown: (one: One) => unknown): Answer {
  all.push(one);
  return { status: 201, body: shown(one) };
}

/** The same of one that has another body from now on, where it is there. */
export function changed<One extends { body: Body }>(
  one: One | undefined,
  body: Body,
  shown: (one: One) => unknown,
): Answer {
  if (one === undefined) return refused(404, absent);
  one.body = body;
  return { status: 200, body: shown(one) };
}

/** Whole; it is answered page by page. */
export function list(body: unknown[]): Answer {
  return { status: 200, body };
}

/** What Sentry says where it does not do what was asked. */
export function refused(status: number, detail: string): Answer {
  return { status, body: { detail } };
}

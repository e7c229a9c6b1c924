import * as fs from "node:fs";
import { z } from "zod";

import type { Context } from "../context";
import { exits, readCommandLine, Refusal, UsageError } from "../usage";
import { commentLimit, marker } from "./render/markdown";

/** How `berth review-comment` is called. */
export const usage = `usage: berth review-comment --file FILE --repository OWNER/NAME --pull NUMBER [--commit SHA]

Puts a review into a pull request's comment on GitHub: the one an earlier run made, found by its
marker, otherwise a new one. With --commit it refuses when the pull request has moved on since.

GITHUB_TOKEN is the token, GITHUB_API_URL the API (https://api.github.com when absent).
`;

const comments = z.array(z.object({ id: z.number(), body: z.string().nullish() }));
const pull = z.object({ head: z.object({ sha: z.string() }) });

/** Comments that one page of GitHub's answer holds. */
const pageSize = 100;

/** `berth review-comment`: one comment a pull request, updated in place. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values } = readCommandLine(argv, { values: ["file", "repository", "pull", "commit"] });
  const { file = "", repository = "", pull: number = "", commit } = values;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UsageError("--repository is OWNER/NAME");
  // From an artifact of a run that anybody can cause: nothing but digits gets into an address.
  if (!/^[1-9]\d{0,9}$/.test(number.trim())) throw new UsageError("--pull is a number");
  const token = context.env["GITHUB_TOKEN"];
  if (!token) throw new Refusal("GITHUB_TOKEN is missing");
  const body = readReview(file);
  const api = new Api(context.env["GITHUB_API_URL"] ?? "https://api.github.com", token);
  const issue = `/repos/${repository}/issues/${number.trim()}`;
  if (commit !== undefined) {
    const found = pull.parse(await api.call("GET", `/repos/${repository}/pulls/${number.trim()}`));
    if (found.head.sha !== commit) {
      context.say(
        `pull request ${number.trim()} has moved on to another commit; nothing was posted`,
      );
      return exits.done;
    }
  }
  const own = await findOwn(api, issue);
  if (own === undefined) await api.call("POST", `${issue}/comments`, { body });
  else await api.call("PATCH", `/repos/${repository}/issues/comments/${own}`, { body });
  context.say(own === undefined ? "a comment was made" : "the comment was updated");
  return exits.done;
}

/** Only what `berth review --markdown` wrote, whole: nothing else is posted under its name. */
function readReview(file: string): string {
  if (file === "") throw new UsageError("--file names the review");
  const body = fs.readFileSync(file, "utf8");
  if (!body.startsWith(marker))
    throw new Refusal(`${file} is no review: its first line is not the marker`);
  if (body.length > commentLimit) throw new Refusal(`${file} is longer than a comment may be`);
  return body;
}

async function findOwn(api: Api, issue: string): Promise<number | undefined> {
  for (let page = 1; ; page += 1) {
    const found = comments.parse(
      await api.call("GET", `${issue}/comments?per_page=${pageSize}&page=${page}`),
    );
    const own = found.find(({ body }) => body?.startsWith(marker) === true);
    if (own) return own.id;
    if (found.length < pageSize) return undefined;
  }
}

class Api {
  constructor(
    private readonly base: string,
    private readonly token: string,
  ) {}

  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${this.token}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Refusal(
        `GitHub answers ${response.status} to ${method} ${path.split("?")[0] ?? path}`,
      );
    }
    return response.json();
  }
}

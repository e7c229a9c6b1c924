import * as fs from "node:fs";
import { z } from "zod";

import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { commentLimit, marker } from "./render/markdown";

/** How `berth review-comment` is called. */
export const usage = `usage: berth review-comment --file FILE --repository OWNER/NAME --pull NUMBER
                            [--commit SHA] [--author LOGIN]

Puts a review into a pull request's comment on GitHub: the one that this author's earlier run made, found
by its marker, otherwise a new one. Where FILE is missing or no review, the comment says that nothing is
known, in the place of what an earlier run found. With --commit nothing is posted when the pull request
has moved on since.

  --author  who comments, when the token cannot say (github-actions[bot] with a workflow's own token)

GITHUB_TOKEN is the token, GITHUB_API_URL the API (https://api.github.com when absent).

exit status: 0 the review was posted, 1 there was none or it could not be posted
`;

const comments = z.array(
  z.object({
    id: z.number(),
    body: z.string().nullish(),
    user: z.object({ login: z.string() }).nullish(),
  }),
);
const pull = z.object({ head: z.object({ sha: z.string() }) });
const person = z.object({ login: z.string().min(1) });

/** Comments that one page of GitHub's answer holds. */
const pageSize = 100;

/** `berth review-comment`: one comment a pull request, updated in place. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values } = readCommandLine(argv, {
    values: ["file", "repository", "pull", "commit", "author"],
  });
  const { file = "", repository = "", pull: number = "", commit } = values;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UsageError("--repository is OWNER/NAME");
  // From an artifact of a run that anybody can cause: nothing but digits gets into an address.
  if (!/^[1-9]\d{0,9}$/.test(number.trim())) throw new UsageError("--pull is a number");
  const token = context.env["GITHUB_TOKEN"];
  if (!token) throw new Refusal("GITHUB_TOKEN is missing");
  if (file === "") throw new UsageError("--file names the review");
  const found = readReview(file);
  const body = "body" in found ? found.body : insteadOf(found.why, commit);
  const api = new Api(context.env["GITHUB_API_URL"] ?? "https://api.github.com", token);
  const issue = `/repos/${repository}/issues/${number.trim()}`;
  if (commit !== undefined) {
    const now = pull.parse(await api.call("GET", `/repos/${repository}/pulls/${number.trim()}`));
    if (now.head.sha !== commit) {
      context.say(
        `pull request ${number.trim()} has moved on to another commit; nothing was posted`,
      );
      return exits.done;
    }
  }
  const author = values["author"] ?? person.parse(await api.call("GET", "/user")).login;
  const own = await findOwn(api, issue, author);
  if (own === undefined) await api.call("POST", `${issue}/comments`, { body });
  else await api.call("PATCH", `/repos/${repository}/issues/comments/${own}`, { body });
  context.say(own === undefined ? "a comment was made" : "the comment was updated");
  if ("body" in found) return exits.done;
  context.say(`it says that there is no review: ${found.why}`);
  return exits.failed;
}

/** What stands in the place of a review that there is not: no older verdict may. */
function insteadOf(why: string, commit: string | undefined): string {
  const of = commit === undefined ? "this change" : `commit ${commit.slice(0, 8)}`;
  return `${marker}\n## Berth review\n\n🔴 Stop: there is no review of ${of} (${why}), so nothing is known of it.\n`;
}

/** Only what `berth review --markdown` wrote, whole: nothing else is posted under its name. */
function readReview(file: string): { readonly body: string } | { readonly why: string } {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    return { why: "it did not come to its end" };
  }
  const body = fs.readFileSync(file, "utf8");
  if (!body.startsWith(marker)) return { why: "what was made is no review" };
  if (body.length > commentLimit) return { why: "it is longer than a comment may be" };
  return { body };
}

/** The comment of this author alone: anybody can write one that begins with the marker. */
async function findOwn(api: Api, issue: string, author: string): Promise<number | undefined> {
  for (let page = 1; ; page += 1) {
    const found = comments.parse(
      await api.call("GET", `${issue}/comments?per_page=${pageSize}&page=${page}`),
    );
    const own = found.find(
      ({ body, user }) => user?.login === author && body?.startsWith(marker) === true,
    );
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

import type { Job } from "./job";

/** How Jenkins checks a job's branch out: by a credential that reads alone; a public repository needs none. */
export function checkoutOf({ slug, repository, branch, kind }: Job): Record<string, unknown> {
  return {
    git: {
      url: repository,
      ...(/^https?:/.test(repository) ? {} : { "credentials-id": `${slug}-repository` }),
      branches: [kind === "move" ? branch : `refs/heads/${branch}`],
      "skip-tag": true,
    },
  };
}

import type { Declared } from "./declared";
import { repository } from "./fields";
import { commitPattern } from "./formats";
import { group, text } from "./hints";

export const dotfiles = group(
  "Repository that every member gets a clone of, at one commit (R19).",
  {
    repository: repository("Its clone address."),
    commit: text("Full hash of the commit, 40 hex digits.", commitPattern, {
      what: "the full hash of a commit",
      allowed: "40 hex digits, lower case; no branch or tag, which could move",
      fix: "write what `git rev-parse HEAD` says in a clone, in quotes",
    }),
  },
);

/** The repository that every member gets a clone of, at one commit on all machines (R19). */
export type Dotfiles = Declared<typeof dotfiles>;

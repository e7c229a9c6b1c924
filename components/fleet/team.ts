import { z } from "zod";

import type { Declared } from "./declared";
import { dotfiles } from "./dotfiles";
import { publicKey } from "./fields";
import { loginPattern } from "./formats";
import { group, hints, list, map } from "./hints";
import { member, type Member } from "./member";

const memberName = z.string().describe("Name of a member of berth:team.members.").register(hints, {
  what: "a member's name",
  fix: "write a name from berth:team.members",
});

/** `berth:team`. */
export const team = group("The roster: who exists and who may deploy.", {
  members: map("People by account name.", "a map of members", member, loginPattern),
  groups: map(
    "Named sets of members, for access.",
    "a map of groups",
    list("Members of the group.", memberName),
  ).optional(),
  deployers: map(
    "SSH keys that may enter new machines and configure all machines; at least one.",
    "a map of deployers",
    publicKey("A line of the deployer's .pub file."),
  ),
  dotfiles: dotfiles.optional(),
});

/** The roster: who exists, and who may deploy. */
export interface Team extends Omit<Declared<typeof team>, "members"> {
  readonly members: Readonly<Record<string, Member>>;
  /** Group name to member names. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

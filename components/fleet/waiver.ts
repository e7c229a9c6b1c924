import { z } from "zod";

import { datePattern, slugPattern } from "./formats";
import { group, hints, list, text } from "./hints";

/** An exception from a policy, which somebody answers for. */
export const waiver = group("An exception from a policy, with an end.", {
  policy: text(
    "Name of the policy, or data-destruction to approve the loss of what a change deletes.",
    slugPattern,
    {
      what: "a policy's name",
      allowed: "a name from docs/policies.md, or data-destruction",
      fix: "copy the name from the message that the policy gave",
    },
  ),
  resource: text("Logical name of the one resource it is for.", /^[\w.-]+$/, {
    what: "the logical name of a resource",
    fix: "copy the resource's name from the message that the policy gave",
  }).optional(),
  node: text("Or the node, with everything that belongs to it.", slugPattern, {
    what: "a node's name",
    fix: "write the name of a node of this stack",
  }).optional(),
  reason: text("Why the rule does not hold here.", /\S.*\S/, {
    what: "a reason",
    fix: "say in a sentence why the rule does not hold here, for those who review it",
  }),
  owner: z.string().describe("Member of the team who answers for it.").register(hints, {
    what: "a member's name",
    fix: "write a name from berth:team.members",
  }),
  until: text("Last day (UTC) on which it holds; a year ahead at most.", datePattern, {
    what: "a date",
    allowed: "YYYY-MM-DD",
    fix: "write the last UTC date on which it is to hold",
  }),
});

/** `berth:waivers`. */
export const waivers = list("Exceptions from policies, each with reason, owner and end.", waiver);

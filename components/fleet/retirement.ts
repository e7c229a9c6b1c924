import type { Declared } from "./declared";
import { flag } from "./fields";
import { datePattern } from "./formats";
import { group, text } from "./hints";

export const retirement = group(
  "Permission to let the machine go, seven days after the switch (R74, R75).",
  {
    since: text(
      "UTC date on which its service ended; what was recorded at the switch counts too.",
      datePattern,
      {
        what: "a date",
        allowed: "YYYY-MM-DD",
        fix: "write the UTC date on which its service ended",
      },
    ),
    snapshot: text(
      "Id of the offline snapshot taken of it since the switch; looked up at the provider.",
      /\S/,
      {
        what: "the id of a snapshot",
        fix: "take a snapshot of the stopped machine and write its id (R75)",
      },
    ),
    remove: flag(
      "The machine goes: released by one update, deleted by the next. Refused before seven days.",
    ).optional(),
  },
);

/** Permission to let an old machine go (R74, R75); `since` is YYYY-MM-DD. */
export interface Retirement extends Declared<typeof retirement> {
  /** The machine shall go: refused before seven days, released in one update, deleted by the next. */
  readonly remove: boolean;
}

import { domain } from "./fields";
import { choice, group, text } from "./hints";

/** Types of records that a project's names may have to be freed of first. */
export const replacedTypes = ["A", "AAAA", "CNAME"] as const;

/** An entry of a project's `replaces`: it says in full what goes, so that nothing else does. */
export const replacedRecord = group("A record of one of the project's names that goes.", {
  name: domain("Which of the project's names it is of."),
  type: choice("Its type.", replacedTypes, {
    what: "a type of record that can be replaced",
    fix: "choose one of them; take others out in Cloudflare's dashboard",
  }),
  content: text("What it holds, as Cloudflare shows it.", /^[0-9A-Za-z._:-]{1,253}$/, {
    what: "the content of such a record",
    allowed: "an address or a name",
    fix: "copy it from the preview that refused the record",
  }),
});

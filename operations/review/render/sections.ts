import { deletions, type StackReview } from "../model";
import { diffOf, fateSigns } from "./diff";
import { lossText, nameText, oneInterruption, waiverText } from "./words";
import { moneyText } from "../facts/cost";

/** A part that is shown whole or not at all. Lines are plain text. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  /** `code`: the lines keep their spaces. */
  readonly form: "list" | "code";
}

/** What is folded, in the order of its weight: a limit cuts from the end. */
export function sectionsOf(review: StackReview): readonly Section[] {
  const { policies } = review;
  const finding = ({ message }: { readonly message: string }) => message;
  const asked = ({ message }: { readonly message: string }) =>
    message.replace(/^Waived until (\S+) by/, "Asked for by this change until $1 by");
  const list = (title: string, lines: readonly string[]): Section => ({
    title,
    lines,
    form: "list",
  });
  return [
    list("Errors", review.errors),
    list("Policies that are broken", policies.violations.map(finding)),
    list("Data", review.data.map(lossText)),
    list(
      "Deleted or made anew",
      deletions(review.changes).map(
        ({ name, type, fate }) => `${name} (${type})${fate === "replace" ? ", made anew" : ""}`,
      ),
    ),
    list("Of a type that this review does not know", review.strangers),
    list("Interruption", review.interruptions.map(oneInterruption)),
    list(
      "Projects",
      review.projects.map(({ project, text }) => `${project} ${text}`),
    ),
    list(
      "Access",
      review.access.map(({ who, kind, where, what }) => `${who} ${kind} on ${where}: ${what}`),
    ),
    list("Names", review.names.map(nameText)),
    list("Waivers", review.waivers.map(waiverText)),
    list("Broken, to be waived by this change", review.askedFor.map(asked)),
    list("Waived", policies.waived.filter((each) => !review.askedFor.includes(each)).map(finding)),
    list("Policies that could not be judged", policies.unjudged.map(finding)),
    list("Other notices of policies", policies.notices.map(finding)),
    list("Cost", costLines(review)),
    list("Warnings", review.warnings),
    ...diffSections(review),
  ].filter(({ lines }) => lines.length > 0);
}

function costLines({ cost }: StackReview): readonly string[] {
  const nodes = cost.nodes.map(
    ({ node, before, after }) => `${node}: ${moneyText(before)} → ${moneyText(after)} a month`,
  );
  const lines = [...nodes, ...cost.unknown];
  return lines.length === 0
    ? []
    : [...lines, `List prices before tax and traffic: ${cost.asOf.join(", ") || "none used"}`];
}

/** One section a resource, so that a limit never cuts inside one. */
function diffSections({ changes }: StackReview): readonly Section[] {
  return changes.map((change) => {
    const lines = diffOf(change).map(({ sign, text }) => `${sign} ${text}`);
    return {
      title: `${fateSigns[change.fate]} ${change.name} (${change.type})`,
      form: "code",
      lines: lines.length > 0 ? lines : [change.fate === "delete" ? "deleted" : "no input differs"],
    };
  });
}

import { at, entriesOf, type Draft } from "../draft";
import { slugLimit, slugPattern } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { keyText } from "../../fleet/show";

/** Slugs become host names, paths and bucket prefixes, so their form is narrow. */
export function checkSlugs({ own }: Draft): readonly Problem[] {
  return entriesOf(own.config.projects)
    .filter(([slug]) => !slugPattern.test(slug) || slug.length > slugLimit)
    .map(([slug]) => ({
      path: at(own, "projects", slug),
      message: "is not a slug",
      received: JSON.stringify(keyText(slug)),
      allowed: `lower-case letters and digits, words joined by single hyphens, first a letter, at most ${slugLimit} characters`,
      fix: `rename the project${proposal(slug)}`,
    }));
}

function proposal(slug: string): string {
  const proposed = keyText(slug)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, slugLimit)
    .replace(/^[^a-z]+|-+$/g, "");
  return slugPattern.test(proposed) ? `, for example to ${proposed}` : "";
}

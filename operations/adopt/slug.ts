import { slugLimit, slugPattern } from "../../components/fleet/formats";

/** A slug of what a machine is called elsewhere; undefined where no letter of it is left. */
export function slugFrom(name: string): string | undefined {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, slugLimit)
    .replace(/-+$/, "");
  return slugPattern.test(slug) ? slug : undefined;
}

/** Those of the words that are there more than once. */
export function repeated(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.filter((word, index) => words.indexOf(word) !== index));
}

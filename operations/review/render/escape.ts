import { printable } from "../../ground/printable";

/**
 * A word that a code host makes something of: a mention, an issue, a commit, an address, a picture. It
 * finds them in what a reader sees, so escaping does not help; it leaves code alone.
 */
const spoken = /[@#]|:\/\/|\bwww\.|\bgh-\d|:[a-z0-9_+-]+:|(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])/i;

/**
 * Makes text harmless in Markdown: no markup, no mention, no link, no HTML, and it reads as it was
 * written. Works in running text and in table cells.
 */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .split(/(\s+)/)
    .map((part) => (/^\s/.test(part) ? part.replace(/^\s*\n\s*$/, " ") : word(part)))
    .join("")
    .replace(
      /^(\s*)([-+=]|\d(?=\d*[.)]))/,
      (_, space: string, mark: string) => space + entity(mark),
    );
}

/** A word, in which nothing but the code spans made here is markup. */
function word(text: string): string {
  if (!spoken.test(text)) return entities(text);
  // A code span may hold neither of these: a backtick ends it, a bar ends the table's cell.
  return text
    .split(/([`|]+)/)
    .map((part) => (part === "" || /[`|]/.test(part) ? entities(part) : `\`${part}\``))
    .join("");
}

function entities(text: string): string {
  return htmlEntities(text).replaceAll(/[\\`*_[\]!|~]/g, entity);
}

function entity(mark: string): string {
  return `&#${mark.charCodeAt(0)};`;
}

/** Makes text harmless inside `<pre>` and `<code>`, where only HTML is read. */
export function escapeHtml(text: string): string {
  return htmlEntities(printable(text));
}

/** Makes text harmless in other HTML, as in a fold's title: as `escapeMarkdown` does. */
export function escapeTitle(text: string): string {
  return printable(text)
    .split(/(\s+)/)
    .map((part) => (spoken.test(part) ? `<code>${htmlEntities(part)}</code>` : htmlEntities(part)))
    .join("");
}

function htmlEntities(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

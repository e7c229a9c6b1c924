import { stripControls } from "../redact";

/**
 * Makes text harmless in Markdown: no markup, no mention, no link, no HTML. Works in running text
 * and in table cells.
 */
export function escapeMarkdown(text: string): string {
  return (
    escapeHtml(text)
      .replaceAll(/[\\`*_[\]#!|~]/g, (mark) => `&#${mark.charCodeAt(0)};`)
      .replaceAll(/\s*\n\s*/g, " ")
      // A bare address would become a link, and a number after # a reference.
      .replaceAll("://", ":&#47;&#47;")
      .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}&#46;`)
  );
}

/** Makes text harmless inside `<pre>`, where only HTML is read. */
export function escapeHtml(text: string): string {
  return stripControls(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("@", "&#64;");
}

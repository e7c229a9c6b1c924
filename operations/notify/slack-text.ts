import { printableLine } from "../ground/printable";

/** Characters of a title, a name or an address as people read them. */
const titleLimit = 150;

/** Characters of one message: Slack advises 4,000 and cuts at ten times that. */
export const messageLimit = 4_000;

/**
 * Text that others wrote, as a message shows it: one line, no longer than is read, and nothing in it that Slack takes
 * for a mention, a channel or a link under another name; an address that stands in it may be clicked as what it says.
 * Cut before it is escaped, so that no escape is cut in two.
 */
export function plain(text: string, limit = titleLimit): string {
  const line = printableLine(text, Number.MAX_SAFE_INTEGER);
  const characters = [...line];
  const cut = characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : line;
  return cut.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A link with a label of ours. An address that is none of the web's, or would end the link, is shown as text. */
export function link(url: string, label: string): string {
  if (!/^https?:\/\/[^\s<>|]+$/.test(url)) return `${label} (${plain(url)})`;
  return `<${url.replaceAll("&", "&amp;")}|${plain(label)}>`;
}

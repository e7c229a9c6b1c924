/** What a terminal takes for an order and not for text: colours, titles, links, moves of the cursor. */
const sequences =
  // eslint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g;

/**
 * Control characters but for line ends and tabs, halves of characters, and what turns or hides text: all that Unicode
 * has shown as nothing (soft hyphens, fillers, selectors of variants, marks of direction), and the blank of Braille.
 */
const controls =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u2800\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}|[\ud800-\udfff]/gu;

/**
 * Text of a machine, a key, a state or a program without anything that a terminal would obey or that
 * makes it read otherwise than it is. Line ends and tabs stay. Everything that Berth did not write
 * itself goes through here before a person sees it.
 */
export function printable(text: string): string {
  return text.replaceAll(sequences, "").replaceAll(controls, "");
}

/** Characters of one cell or sentence; a machine may say as much as it likes. */
export const lineLimit = 400;

/** The same on one line, and no longer than a person reads. */
export function printableLine(text: string, limit = lineLimit): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length > limit ? `${line.slice(0, limit)}… (${line.length} characters)` : line;
}

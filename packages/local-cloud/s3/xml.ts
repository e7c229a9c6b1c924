/** The little XML that S3 and IAM speak: values of elements that hold text. Pure. */

/** The values of all elements of a name. */
export function valuesOf(body: string, name: string): string[] {
  const found = body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"));
  return [...found].map((match) => plain(match[1]!));
}

/** The first of them; empty where there is none. */
export function valueOf(body: string, name: string): string {
  return valuesOf(body, name)[0] ?? "";
}

/** A text as an element holds it. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function plain(text: string): string {
  return text
    .replace(/&#(?:x([0-9a-f]+)|(\d+));/gi, (_, hex?: string, digits?: string) =>
      String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(digits)),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

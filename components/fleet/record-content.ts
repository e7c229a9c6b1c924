/** A name as Cloudflare keeps it: names have no case, and their dot at the end is not written. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Whether two contents of records of a type are the same: addresses are, however they are spelt. */
export function sameContent(type: string, a: string, b: string): boolean {
  return plainContent(type, a) === plainContent(type, b);
}

function plainContent(type: string, content: string): string {
  switch (type) {
    case "AAAA":
      return URL.canParse(`http://[${content}]`)
        ? new URL(`http://[${content}]`).hostname
        : content;
    case "CNAME":
      return bareName(content);
    default:
      return content;
  }
}

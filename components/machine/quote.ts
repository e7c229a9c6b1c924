/** A word that any POSIX shell reads back as exactly `text`. Throws on NUL, which no word holds. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new Error("a word of a shell script cannot hold a NUL character");
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A bash array of exactly these words. */
export function array(words: readonly string[]): string {
  return `(${words.map(quote).join(" ")})`;
}

/** A bash associative array. Throws on an empty key, which bash does not take. */
export function map(entries: Readonly<Record<string, string>>): string {
  return `(${Object.entries(entries)
    .map(([key, value]) => {
      if (key === "") throw new Error("a bash array cannot have an empty key");
      return `[${quote(key)}]=${quote(value)}`;
    })
    .join(" ")})`;
}

import { printableLine } from "./printable";

/**
 * A table of text: columns as wide as their widest cell, the last one free. Cells come from machines
 * as well: each is one line of plain text.
 */
export function table(titles: readonly string[], said: readonly (readonly string[])[]): string {
  const rows = said.map((row) => row.map((cell) => printableLine(cell)));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [titles, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `1 machine`, `12 machines` */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

import { facets, type Verdicts } from "./verdicts";

/** What of a change belongs to one kind: the nodes, names and buckets it is about, and the people. */
export interface Subject {
  readonly about?: RegExp;
  /** Whose access, where it is about somebody's. */
  readonly access?: RegExp;
}

/** One kind: what the review said of it, and what really happened. */
export interface Row {
  readonly said: string;
  readonly really: string;
}

/** The kinds of change, each with the part of a whole change's verdicts that is about it. */
export class KindsTable {
  private readonly rows = new Map<string, Row>();

  add(kind: string, subject: Subject, said: Verdicts, really: Verdicts): Row {
    const row = { said: textOf(said, subject), really: textOf(really, subject) };
    this.rows.set(kind, row);
    return row;
  }

  toString(): string {
    const rows = [...this.rows];
    const wrong = rows.filter(([, { said, really }]) => said !== really).length;
    return [
      ...rows.map(
        ([kind, { said, really }], index) =>
          `${index + 1}. ${kind}\n     said   ${said}\n     really ${really}`,
      ),
      `${rows.length} changes, ${wrong} wrong`,
    ].join("\n");
  }
}

function textOf(verdicts: Verdicts, { about, access }: Subject): string {
  return facets
    .map((facet) => {
      const pattern = facet === "access" ? access : about;
      const found = verdicts[facet].filter((text) => pattern?.test(text) ?? false);
      return `${facet} ${grouped(found).join("; ") || "none"}`;
    })
    .join(" | ");
}

/** `ana gains … on club` and `… on shop` are one sentence. */
function grouped(texts: readonly string[]): readonly string[] {
  const places = new Map<string, string[]>();
  for (const text of texts) {
    const [what = "", where] = text.split(/ on (?=\S+$)/);
    places.set(what, [...(places.get(what) ?? []), ...(where === undefined ? [] : [where])]);
  }
  return [...places].map(([what, where]) =>
    where.length === 0 ? what : `${what} on ${where.join(", ")}`,
  );
}

import * as fs from "node:fs";
import * as path from "node:path";

const entry = "-- Name: ";
const writer = "-- Dumped by pg_dump version ";
/** Behind it stands what a node's properties.sql answered. */
const own = "-- What the database has itself";
/** Characters of a line that are told. */
const shown = 200;

/** What a node asks of a database beside its dump: the same is asked after the load. */
export const properties = fs.readFileSync(
  path.resolve(__dirname, "../../components/machine/files/backup/properties.sql"),
  "utf8",
);

/**
 * What a dump defines: the line that each entry begins with (kind, name, schema, owner), each privilege, and what the
 * database has itself. How an expression is spelled is none of it: a load may spell it anew.
 */
export class Definitions {
  private readonly lines = new Map<string, number>();
  private writer: string | undefined;
  private isOwn = false;

  /** The next line of the dump that is no row. */
  statement(line: string): void {
    if (line.startsWith(writer)) this.writer = line;
    else if (line === own) this.isOwn = true;
    else if (this.isOwn ? !/^-*$/.test(line) : /^(?:-- Name: |GRANT |REVOKE )/.test(line)) {
      this.add(line);
    }
  }

  /** What `properties` answered. */
  own(lines: readonly string[]): void {
    for (const line of lines) if (line !== "") this.add(line);
  }

  /** Why another dump says nothing of what is lost: another version of pg_dump tells its entries otherwise. */
  incomparable(there: Definitions): string | undefined {
    if (this.writer === there.writer) return undefined;
    const version = (of: string | undefined) => of?.slice(writer.length) ?? "an unknown version";
    return `its definitions were not compared: it was dumped by pg_dump ${version(this.writer)}, here by ${version(there.writer)}`;
  }

  /** What another dump lacks of it, for people; nothing where they cannot be compared. */
  lostIn(there: Definitions): string[] {
    if (this.incomparable(there) !== undefined) return [];
    const missing = [...this.lines].filter(([line, count]) => (there.lines.get(line) ?? 0) < count);
    return missing
      .map(([line]) => (line.startsWith(entry) ? line.slice(entry.length) : line).slice(0, shown))
      .sort();
  }

  private add(line: string): void {
    this.lines.set(line, (this.lines.get(line) ?? 0) + 1);
  }
}

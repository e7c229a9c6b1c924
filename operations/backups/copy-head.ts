/** A dump tells of a block before its head: the same words within a function's text are none. */
const announced = "-- Data for Name: ";
const name = '(?:"(?:[^"]|"")*"|[^". ]+)';
const head = new RegExp(`^COPY (${name}\\.${name}) (?:\\(.*\\) | ?)FROM stdin;$`, "s");

/** A longer line is no head of a block. */
export const lineLimit = 1024 * 1024;

/** Finds where the rows of a table begin among the statements of a dump. */
export class CopyHead {
  private isAnnounced = false;
  /** Lines of one that has come in part: names may hold line ends. */
  private part = "";

  /** The next line of a statement. Answers the table as the dump spells it, where rows follow. */
  take(line: string): string | undefined {
    if (line.startsWith(announced)) {
      this.isAnnounced = true;
      this.part = "";
      return undefined;
    }
    if (!this.isAnnounced || (this.part === "" && !line.startsWith("COPY "))) return undefined;
    const all = this.part + line;
    const spelled = head.exec(all)?.[1];
    this.isAnnounced = spelled === undefined && all.length < lineLimit;
    this.part = this.isAnnounced ? `${all}\n` : "";
    return spelled;
  }
}

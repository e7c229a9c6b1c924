import { messageLimit, plain } from "../notify/slack-text";
import { count } from "../ground/table";
import { grouped, type Board, type BoardRow } from "./assemble";
import { counted } from "./columns";
import { tallyText, titlesOf } from "./terminal";

/** Cells of one row that are told; the rest is counted. */
const mostCells = 3;

/**
 * The board as one message to Slack: what needs a person, worst first. Pure; never longer than Slack takes, whole lines
 * alone, and what others wrote notifies nobody and hides no address.
 */
export function digest(board: Board): string {
  const { rows, notes, bad, unknown } = board;
  const isWell = bad === 0 && unknown === 0 && notes.length === 0 && rows.length > 0;
  const sign = isWell ? ":white_check_mark:" : bad > 0 ? ":x:" : ":grey_question:";
  const head = `${sign} Fleet: ${tallyText(board)} in ${count(rows.length, "row")}, made at ${board.madeAt}`;
  const lines = [
    ...rows.flatMap((row) => lineOf(row) ?? []),
    ...notes.map((note) => `• ${plain(note, 300)}`),
  ];
  // Room for the line that counts the rest.
  let length = head.length + 60;
  const shown = lines.filter((line) => (length += line.length + 1) <= messageLimit);
  const rest = lines.length - shown.length;
  return [head, ...shown, ...(rest > 0 ? [`• and ${rest} more, on the board`] : [])].join("\n");
}

/** `• prod/kmc: 2 bad, 1 unknown: Disk 97 %; …`; undefined for a row that needs nobody. */
function lineOf(row: BoardRow): string | undefined {
  const told = (["bad", "unknown"] as const).flatMap((state) =>
    counted.filter((name) => row.cells[name].state === state),
  );
  if (told.length === 0) return undefined;
  const groups = grouped(row, told);
  const cells = groups
    .slice(0, mostCells)
    .map(({ names, cell }) => plain(`${titlesOf(names)}: ${cell.value}`));
  const more = groups.length - cells.length;
  const rest = more > 0 ? `; and ${more} more` : "";
  return `• ${plain(row.name)}: ${row.bad} bad, ${row.unknown} unknown: ${cells.join("; ")}${rest}`;
}

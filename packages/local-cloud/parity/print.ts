import { agrees, type Finding } from "./finding";
import type { Gap } from "./gap";
import type { Outcome } from "./run";
import type { Row } from "./table";

/** The report for a terminal: a line for each field, then everything that needs a look. */
export function printed(
  outcome: Outcome,
  table: readonly Row[],
  schema: readonly Finding[],
  unexplained: readonly Finding[],
  unused: readonly Gap[],
): string {
  const lines: string[] = [];
  let type = "";
  for (const row of table) {
    if (row.type !== type) {
      type = row.type;
      lines.push("", `${row.provider}  ${type}`);
    }
    lines.push(`  ${row.field.padEnd(28)} ${statusOf(row)}`);
  }
  lines.push("");
  for (const { type: absent, calls, reason } of outcome.leftOut) {
    lines.push(`not emulated: ${absent} (${calls} calls): ${reason}`);
  }
  for (const { type: absent, calls } of outcome.missing) {
    lines.push(`NOT EMULATED: ${absent} (${calls} calls), and no reason is given`);
  }
  for (const [method, calls] of outcome.skipped) {
    lines.push(`not compared: ${method} (${calls} calls)`);
  }
  for (const { at, reason } of outcome.unreadable) lines.push(`CANNOT REPLAY ${at}: ${reason}`);
  for (const gap of unused) {
    lines.push(`UNUSED GAP: ${gap.type} ${gap.field}, ${gap.aspect}: ${gap.reason}`);
  }
  for (const item of unexplained) {
    lines.push(
      `DIFFERENT: ${item.type} ${item.field}, ${item.aspect} (${item.at} ${item.scenario})`,
      `    recorded: ${item.recorded}`,
      `    emulated: ${item.emulated}`,
    );
  }
  const cells = table.flatMap((row) => Object.values(row.cells));
  const count = (status: string) => cells.filter((cell) => cell.status === status).length;
  lines.push(
    "",
    `${outcome.calls} calls, ${outcome.findings.length} comparisons: ${count("equal")} aspects of fields equal, ` +
      `${count("gap")} with a known gap, ${count("different")} different; ` +
      `${table.filter((row) => !row.recorded).length} fields not yet recorded; ` +
      `${schema.filter(agrees).length} of ${schema.length} fields named as in the SDKs`,
  );
  return lines.join("\n");
}

function statusOf(row: Row): string {
  if (!row.recorded) return "not yet recorded";
  return Object.entries(row.cells)
    .map(([aspect, cell]) => {
      if (cell.status === "equal") return `${aspect} equal`;
      if (cell.status === "different") return `${aspect} DIFFERENT`;
      return `${aspect} known gap`;
    })
    .join(", ");
}

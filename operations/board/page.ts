import { createHash } from "node:crypto";

import { escapeHtml } from "../review/render/escape";
import { printableLine } from "../ground/printable";
import { ageOf, type State } from "./cell";
import {
  grouped,
  type Board,
  type BoardClient,
  type BoardRow,
  type CellGroup,
  type Tally,
} from "./assemble";
import { columns, whyUncounted, type ColumnName } from "./columns";
import { staleHours, style } from "./style";
import { tallyText, titlesOf } from "./terminal";

/**
 * Says how old the page is, and turns it red: no page knows the time without a script. Everything else is
 * there without it.
 */
export const script = `
"use strict";
const made = document.getElementById("made");
const age = document.getElementById("age");
const tell = () => {
  const minutes = Math.floor((Date.now() - Date.parse(made.dataset.at)) / 60000);
  const old = minutes >= ${staleHours * 60} || minutes < -5;
  made.classList.toggle("stale", old);
  const text = minutes < 120 ? minutes + " min" : Math.floor(minutes / 60) + " h";
  age.textContent = minutes < -5 ? "Made in the future by this device's clock: believe nothing of it."
    : old ? "STALE: " + text + " old. What it shows is the past."
    : "This page is " + text + " old.";
  document.title = (old ? "STALE " : "") + made.dataset.title;
};
tell();
setInterval(tell, 60000);
`;

/** What a person sees and what is read aloud of a state. */
const signs: Readonly<Record<State, { readonly sign: string; readonly word: string }>> = {
  good: { sign: "✓", word: "good" },
  bad: { sign: "✗", word: "bad" },
  unknown: { sign: "?", word: "unknown" },
  none: { sign: "–", word: "nothing to know" },
};

/** The board as one page of HTML, which asks nobody for anything. */
export function page(board: Board): string {
  const title = `Fleet: ${tallyText(board)}`;
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}`;
  const made = board.madeAt.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const uncounted = board.columns.flatMap((name) => {
    const why = whyUncounted(name);
    return why === undefined ? [] : [`${columns[name].title}: not counted; ${why}.`];
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Fleet board</h1>
<div class="made" id="made" data-at="${escapeHtml(board.madeAt)}" data-title="${escapeHtml(title)}">
<strong>Made at <time datetime="${escapeHtml(board.madeAt)}">${escapeHtml(made)}</time></strong>
<small id="age" role="status">Compare this with your clock: without scripts a page cannot know the time. After ${staleHours} hours it tells of the past.</small>
</div>
<p><strong>${escapeHtml(tallyText(board))}</strong> in ${board.rows.length} rows, worst first.</p>
<ul class="legend">${(["bad", "unknown", "good", "none"] as const).map((state) => `<li>${mark(state)} ${signs[state].word}</li>`).join("")}</ul>
${uncounted.map((line) => `<p class="faint">${escapeHtml(line)}</p>`).join("\n")}
</header>
<main>
${notes(board.notes)}${clients(board.clients)}<ul class="rows">
${board.rows.map((row) => rowOf(board, row)).join("\n")}
</ul>
</main>
<script>${script}</script>
</body>
</html>
`;
}

function notes(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const items = lines.map((line) => `<li>${escapeHtml(printableLine(line, 600))}</li>`);
  return `<ul class="notes">${items.join("")}</ul>\n`;
}

function clients(all: readonly BoardClient[]): string {
  if (all.length === 0) return "";
  const rows = all.map(
    (each) =>
      `<tr><th scope="row">${text(each.client)}</th><td>${each.rows}</td><td>${each.bad}</td><td>${each.unknown}</td></tr>`,
  );
  const head = ["Client", "Rows", "Bad", "Unknown"].map((each) => `<th scope="col">${each}</th>`);
  return `<table><caption>By client</caption><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>\n`;
}

function rowOf(board: Board, row: BoardRow): string {
  const isShown = (name: ColumnName) =>
    whyUncounted(name) === undefined && ["bad", "unknown"].includes(row.cells[name].state);
  // Bad ones before those that nobody knows.
  const shown = (["bad", "unknown"] as const).flatMap((state) =>
    board.columns.filter((name) => isShown(name) && row.cells[name].state === state),
  );
  const rest = board.columns.filter((name) => !isShown(name));
  const list = (names: readonly ColumnName[]) =>
    names.length === 0
      ? ""
      : `<dl>${grouped(row, names)
          .map((each) => cellOf(board, each))
          .join("")}</dl>`;
  const about = [
    ...(row.client === undefined ? [] : [`client ${row.client}`]),
    ...(row.machine === undefined ? [] : [`on ${row.machine}`]),
  ].map((each) => `<span class="faint">${text(each)}</span>`);
  return `<li class="row ${stateOf(row)}"><div class="head"><h2>${text(row.name)}</h2>${about.join("")}<span>${mark(stateOf(row))} ${tallyText(row)}</span></div>
${list(shown)}<details><summary>${rest.length} more of ${text(row.name)}</summary>${list(rest)}</details></li>`;
}

function cellOf({ madeAt }: Board, { names, cell }: CellGroup): string {
  const { state, value, why, source, at } = cell;
  const age =
    at === undefined
      ? ""
      : ` <time datetime="${escapeHtml(at)}">${ageOf(at, new Date(madeAt))}</time>,`;
  return `<div class="cell ${state}"><dt>${titlesOf(names)}</dt><dd>${mark(state)} ${text(value)}${why === undefined ? "" : `<small>${text(why)}</small>`}<small>${age} ${text(source)}</small></dd></div>`;
}

function mark(state: State): string {
  const { sign, word } = signs[state];
  return `<span class="mark is-${state}" role="img" aria-label="${word}">${sign}</span>`;
}

/** A row that has nothing bad and nothing unknown is good only where something is. */
function stateOf({ bad, unknown, good }: Tally): State {
  if (bad > 0) return "bad";
  if (unknown > 0) return "unknown";
  return good > 0 ? "good" : "none";
}

function text(said: string): string {
  return escapeHtml(printableLine(said));
}

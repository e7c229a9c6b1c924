import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";

import type { Board, BoardRow } from "../../../operations/board/assemble";
import { columns } from "../../../operations/board/columns";
import { page, script } from "../../../operations/board/page";
import { palettes, staleHours, style } from "../../../operations/board/style";
import { terminal } from "../../../operations/board/terminal";
import { today } from "../../stack-file/fixture";
import { boardOf, fleetOf, machineWell, told, visitWell } from "./world";

/** What is used of jsdom and of axe: this program has no types of a browser's. */
interface Node {
  readonly textContent: string | null;
  readonly className: string;
  readonly outerHTML: string;
  readonly classList: { readonly contains: (name: string) => boolean };
  readonly getAttribute: (name: string) => string | null;
  readonly querySelector: (selector: string) => Node | null;
  readonly querySelectorAll: (selector: string) => Iterable<Node> & { readonly length: number };
}
interface Document extends Node {
  readonly title: string;
  readonly getElementById: (id: string) => Node | null;
}
interface Dom {
  readonly window: {
    readonly document: Document;
    readonly eval: (text: string) => unknown;
    readonly close: () => void;
  };
}
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
const load = createRequire(__filename);
const { JSDOM } = load("jsdom") as {
  JSDOM: new (html: string, options: { runScripts: "outside-only" | "dangerously" }) => Dom;
};
const { source: axe } = load("axe-core") as { source: string };

const fleet = fleetOf(["shop", "club", "zoo"], { shop: "shop-acme" });
const changed = {
  visits: (domain: string) =>
    domain.startsWith("shop.") ? told({ kind: "silent", why: "ECONNREFUSED" }) : told(visitWell),
  machines: (name: string, slugs: readonly string[]) =>
    name === "club" ? Promise.reject(new Error("dead")) : told(machineWell(slugs)),
};
const notes = ["Pulumi.stage.yaml: cannot be read"];
const troubled = async () => ({ ...(await boardOf(fleet, changed)), notes });

/** The page as a reader without scripts has it. */
function read(html: string): Document {
  return new JSDOM(html, { runScripts: "outside-only" }).window.document;
}

describe("the page of a board", () => {
  it("says the same as the terminal: each cell with its value, its age and its source, worst first", async () => {
    const board = await troubled();
    const document = read(page(board));
    const rows = [...document.querySelectorAll(".row")];
    expect(rows.map((row) => row.querySelector("h2")?.textContent)).toEqual(
      board.rows.map(({ name }) => name),
    );
    board.rows.forEach(({ cells }, index) => {
      const shown = [...rows[index]!.querySelectorAll(".cell")];
      for (const name of board.columns) {
        const { state, value, source, why = "" } = cells[name];
        const { title } = columns[name];
        const told = shown.filter((cell) => cell.classList.contains(state));
        expect(
          told.some(({ textContent: text }) =>
            [title, value, source, why].every((part) => text?.includes(part)),
          ),
          `${value} ${source} ${why}`,
        ).toBe(true);
      }
    });
    expect(document.querySelector(".notes")?.textContent).toBe(notes[0]);
    expect(document.querySelector("table")?.textContent).toContain("acme");
  });

  it("marks as good nothing that is not: by colour, by sign and for who hears it", async () => {
    const document = read(page(await troubled()));
    for (const cell of document.querySelectorAll(".cell")) {
      const mark = cell.querySelector(".mark");
      const word = mark?.getAttribute("aria-label");
      expect(cell.classList.contains("good"), cell.outerHTML).toBe(word === "good");
      expect(mark?.textContent === "✓").toBe(word === "good");
    }
    const row = [...document.querySelectorAll(".row")].find(
      (each) => each.querySelector("h2")?.textContent === "prod/club",
    );
    expect(row?.className).toBe("row unknown");
  });

  it("shows what is bad or unknown unfolded, and folds the rest without a script", async () => {
    const document = read(page(await troubled()));
    for (const cell of document.querySelectorAll(".row > dl > .cell")) {
      expect(cell.className).toMatch(/ (bad|unknown)$/);
    }
    expect(document.querySelectorAll("details > dl .cell.bad")).toHaveLength(0);
  });

  it("asks nobody for anything, and lets no script but its own run", async () => {
    const html = page(await troubled());
    expect(html).not.toMatch(/(src|href)=|@import|url\(/);
    expect(html).toMatch(/default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'/);
  });
});

describe("what is hostile in a board", () => {
  const evil = `</style></script><script>alert(1)</script><img src=x onerror=alert(2)>"'&\u001b[31m\u202e`;
  const hostile = (row: BoardRow): BoardRow => ({
    ...row,
    name: evil,
    client: evil,
    machine: evil,
    cells: Object.fromEntries(
      Object.entries(row.cells).map(([name, cell]) => [
        name,
        { ...cell, value: evil, source: evil, why: evil },
      ]),
    ) as BoardRow["cells"],
  });

  it("is text on the page, whatever place it stands in", async () => {
    const board = await boardOf(fleet, changed);
    const rows = board.rows.map(hostile);
    const clients = [{ client: evil, rows: 1, bad: 0, unknown: 0, good: 0 }];
    const planted: Board = { ...board, rows, clients, notes: [evil] };
    const html = page(planted);
    const document = read(html);
    expect(document.querySelectorAll("script")).toHaveLength(1);
    expect(document.querySelectorAll("style")).toHaveLength(1);
    expect(document.querySelectorAll("img, [onerror]")).toHaveLength(0);
    expect(document.querySelector("h2")?.textContent).toContain("<script>alert(1)</script>");
    expect(html).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
    expect(terminal(planted, true)).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
  });
});

describe("the age of the page", () => {
  /** The page as a browser with scripts shows it so many hours after it was made. */
  async function after(hours: number) {
    const dom = new JSDOM(page(await boardOf(fleet)), { runScripts: "outside-only" });
    const now = today.getTime() + hours * 3_600_000;
    dom.window.eval(`Date.now = () => ${now}; ${script.replace("setInterval(tell, 60000);", "")}`);
    const made = dom.window.document.getElementById("made");
    return {
      stale: made?.classList.contains("stale"),
      text: made?.textContent,
      title: dom.window.document.title,
    };
  }

  it("is said large, and without a script to be compared with a clock", async () => {
    const made = read(page(await boardOf(fleet))).getElementById("made");
    expect(made?.querySelector("strong")?.textContent).toBe("Made at 2026-11-21 12:00:00 UTC");
    expect(made?.textContent).toContain("without scripts a page cannot know the time");
  });

  it("turns the page red once it tells of the past, where scripts run", async () => {
    expect(await after(1)).toMatchObject({ stale: false });
    expect((await after(1)).text).toContain("This page is 60 min old.");
    expect(await after(staleHours - 0.1)).toMatchObject({ stale: false });
    const old = await after(staleHours);
    expect(old).toMatchObject({ stale: true });
    expect(old.text).toContain("STALE: 26 h old");
    expect(old.title).toMatch(/^STALE /);
    expect(await after(-1)).toMatchObject({ stale: true });
    expect(style).toMatch(/\.stale \{[^}]*var\(--bad\)/);
  });
});

describe("who reads the page with eyes of any kind, or none", () => {
  it("finds nothing that axe objects to", async () => {
    const dom = new JSDOM(page(await troubled()), { runScripts: "outside-only" });
    dom.window.eval(axe);
    // Contrast needs a browser that draws: it is computed below, of the colours themselves.
    const run = `axe.run(document, { rules: { "color-contrast": { enabled: false } } })`;
    const { violations, passes } = (await dom.window.eval(run)) as Record<
      "violations" | "passes",
      readonly Violation[]
    >;
    dom.window.close();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(passes.length).toBeGreaterThan(15);
  });

  const colour = (hex: string) => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    const [red = 0, green = 0, blue = 0] = parts.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string) => {
    const [dark = 0, light = 0] = [colour(one), colour(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  it.each(["light", "dark"] as const)("can read every colour on what it lies on: %s", (mode) => {
    const { ground, sheet, text, faint, good, bad, badGround, unknown, unknownGround, link } =
      palettes[mode];
    const pairs = [
      ...[text, faint].flatMap((each) => [
        [each, ground],
        [each, sheet],
      ]),
      ...[good, bad, unknown, link].flatMap((each) => [
        [each, sheet],
        [each, ground],
      ]),
      ...[
        [text, badGround],
        [bad, badGround],
        [text, unknownGround],
        [unknown, unknownGround],
      ],
    ] as const;
    for (const [one, other] of pairs) {
      expect(contrast(one!, other!), `${one} on ${other}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

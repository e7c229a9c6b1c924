/**
 * Colours of the page, dark and light, by the names that its style has for them. A test sees that what is
 * written in one of them can be read on what it is written on.
 */
export const palettes = {
  light: {
    ground: "#f6f7f9",
    sheet: "#ffffff",
    line: "#c9ced6",
    text: "#1b1f24",
    faint: "#525a66",
    good: "#17653a",
    bad: "#b3141d",
    badGround: "#fdecec",
    unknown: "#754c00",
    unknownGround: "#fff4d6",
    link: "#0b57a4",
  },
  dark: {
    ground: "#111418",
    sheet: "#1a1f25",
    line: "#3a424d",
    text: "#e8ebef",
    faint: "#a6b0bc",
    good: "#6fd597",
    bad: "#ff9b9b",
    badGround: "#3a1719",
    unknown: "#f4c869",
    unknownGround: "#372a0b",
    link: "#8fc1ff",
  },
} as const;

type Palette = (typeof palettes)["light" | "dark"];

const variables = (palette: Palette) =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");

/** Hours after which a page tells of the past: one a night is made. */
export const staleHours = 26;

/** The page's style: one column on a phone, as many as fit elsewhere, and no picture or font of others. */
export const style = `
:root { color-scheme: light dark; ${variables(palettes.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(palettes.dark)} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--ground); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; }
p { margin: 0.3rem 0; }
small, .faint { color: var(--faint); font-size: 0.85rem; }
.made { padding: 0.6rem 0.9rem; margin: 0.7rem 0; border: 2px solid var(--line); border-radius: 0.5rem;
  background: var(--sheet); }
.made strong { font-size: 1.35rem; display: block; }
.stale { border-color: var(--bad); background: var(--badGround); color: var(--bad); }
.stale small { color: var(--bad); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; padding: 0; margin: 0.6rem 0; list-style: none; }
.notes { padding: 0.6rem 0.9rem 0.6rem 2rem; margin: 0.7rem 0; border-radius: 0.5rem; background: var(--badGround);
  color: var(--bad); }
.rows { padding: 0; margin: 0; list-style: none; display: grid; gap: 0.6rem; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.row.bad, .row.unknown, .row:has([open]) { grid-column: 1 / -1; }
.row { background: var(--sheet); border: 1px solid var(--line); border-left: 0.4rem solid var(--good);
  border-radius: 0.5rem; padding: 0.6rem 0.8rem; }
.row.bad { border-left-color: var(--bad); }
.row.unknown { border-left-color: var(--unknown); }
.head { display: flex; flex-wrap: wrap; gap: 0 0.9rem; align-items: baseline; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0.5rem; margin: 0.5rem 0 0; }
.cell { border-radius: 0.4rem; padding: 0.35rem 0.6rem; border: 1px solid var(--line); }
.cell.bad { background: var(--badGround); border-color: var(--bad); }
.cell.unknown { background: var(--unknownGround); border-color: var(--unknown); }
dt { font-size: 0.85rem; color: var(--faint); }
.bad dt, .bad small { color: var(--text); }
.unknown dt, .unknown small { color: var(--text); }
dd { margin: 0; }
dd small { display: block; }
.mark { font-weight: 700; }
.is-good { color: var(--good); }
.is-bad { color: var(--bad); }
.is-unknown { color: var(--unknown); }
.is-none { color: var(--faint); }
details { margin-top: 0.4rem; }
summary { cursor: pointer; color: var(--link); padding: 0.2rem 0; }
table { border-collapse: collapse; margin: 0.7rem 0; background: var(--sheet); }
caption { text-align: left; padding: 0.2rem 0; font-weight: 700; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.7rem; text-align: left; }
`;

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { python } from "./backup-python";

describe("what a dump holds", () => {
  const rows = "1\talder\n2\ta line that says \\\\.\n";
  const dump = `--
-- PostgreSQL database dump
--
CREATE FUNCTION public.f() RETURNS text AS $$
COPY public.feigned (a) FROM stdin;
1
\\.
$$;
-- Data for Name: note; Type: TABLE DATA; Schema: public; Owner: x
--

COPY public.note (id, body) FROM stdin;
${rows}\\.


-- Data for Name: Odd name; Type: TABLE DATA; Schema: public; Owner: x
--

COPY public."Odd name" (id) FROM stdin;
\\.


-- Data for Name: Orders (old); Type: TABLE DATA; Schema: public; Owner: x
--

COPY public."Orders (old)" ("Head (of) FROM stdin;", "two
lines") FROM stdin;
1\t2
\\.


-- Data for Name: bare; Type: TABLE DATA; Schema: public; Owner: x
--

COPY public.bare  FROM stdin;


\\.

${"x".repeat(1_200_000)}
SELECT 1;
`;
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

  it.each([1, 2, 3, 7, 64, 4_096, 1_000_000])(
    "is counted and summed as it passes in pieces of %i bytes",
    (size) => {
      const text = size < 4_096 ? dump.replace(/x{9,}/, "x".repeat(99)) : dump;
      const found = python(
        `import copied
reader, size = copied.Copied(), int(sys.argv[1])
while piece := sys.stdin.buffer.read(size):
    reader.feed(piece)
print(json.dumps(reader.tables))`,
        text,
        String(size),
      );
      expect(found).toEqual({
        "public.note": [2, sha256(rows)],
        'public."Odd name"': [0, sha256("")],
        'public."Orders (old)"': [1, sha256("1\t2\n")],
        "public.bare": [2, sha256("\n\n")],
      });
    },
  );

  it("lies under a name that is a path's part, whatever a database is called", () => {
    const names = ["app", "Ünïcode", "a/b", "..", "has space"];
    expect(
      python(
        "import postgresql\nprint(json.dumps([postgresql.file_name(each) for each in sys.argv[1:]]))",
        "",
        ...names,
      ),
    ).toEqual(["app", "%C3%9Cn%C3%AFcode", "a%2Fb", ".%2E", "has%20space"]);
  });
});

describe("the program that backs up", () => {
  it("knows the same databases as the lint that asks for them", () => {
    const text = (part: string) => readFileSync(`components/machine/files/${part}.py`, "utf8");
    const lint = text("site/lint_backup");
    const kinds = text("backup/kinds");
    for (const name of ["postgres", "mongodb"]) {
      const image = new RegExp(`"${name}": (re\\.compile\\(.*\\)),`).exec(kinds)![1]!;
      expect(lint).toContain(`"${name}": (${image}, `);
    }
    expect(text("site/known")).toContain(/^TOOLS = .*$/m.exec(kinds)![0]);
    const files = readFileSync("components/machine/files/backup/files.py", "utf8");
    const data = /^DATA = .*$/m.exec(files)![0];
    expect(lint).toContain(data);
  });
});

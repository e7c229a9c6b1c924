import { describe, expect, it } from "vitest";

import { CopyBlocks } from "../../../operations/backups/copy-blocks";
import { python } from "../../machine/backup-python";

/** A dump of a table, as one of its own and one that is restored have it. */
const dump = (without: readonly string[], version = "17.6") =>
  `--
-- Dumped from database version 17.6
-- Dumped by pg_dump version ${version}

-- Name: person; Type: TABLE; Schema: app; Owner: holder
--

CREATE TABLE app.person (
    name text CHECK (name = ANY (ARRAY['a'::text]))
);

-- Data for Name: person; Type: TABLE DATA; Schema: app; Owner: holder
--

COPY app.person (name) FROM stdin;
GRANT everything to nobody
\\.


-- Name: person own; Type: POLICY; Schema: app; Owner: holder
--

-- Name: TABLE person; Type: ACL; Schema: app; Owner: holder
--

GRANT SELECT ON TABLE app.person TO reader;
GRANT SELECT ON TABLE app.person TO other;
-- PostgreSQL database dump complete

--
-- What the database has itself
--
ALTER DATABASE :"DBNAME" SET search_path TO 'app';
`
    .split("\n")
    .filter((line) => !without.some((word) => line.includes(word)))
    .join("\n");

/** What is found to be lost, by a drill and by a machine. */
const lost = (before: string, after: string) => {
  const of = (text: string) => {
    const blocks = new CopyBlocks();
    blocks.add(Buffer.from(text));
    return blocks.definitions;
  };
  const here = of(before).lostIn(of(after));
  const there = python(
    `import definitions
def of(text):
    found = definitions.Definitions()
    found.feed(text.encode())
    return found
print(json.dumps(of(sys.argv[1]).lost(of(sys.argv[2]))))`,
    "",
    before,
    after,
  );
  expect(there).toEqual(here);
  return here;
};

describe("what a load lost of what a dump defines", () => {
  it("is nothing where expressions alone are spelled anew, and in another order", () => {
    const anew = dump([]).replace("ANY (ARRAY['a'::text])", "'a'");
    expect(lost(dump([]), anew)).toEqual([]);
    const turned = dump(["TO reader"]).replace(
      "GRANT SELECT ON TABLE app.person TO other;",
      "GRANT SELECT ON TABLE app.person TO other;\nGRANT SELECT ON TABLE app.person TO reader;",
    );
    expect(lost(dump([]), turned)).toEqual([]);
  });

  it.each([
    ["POLICY", "person own; Type: POLICY; Schema: app; Owner: holder"],
    ["TO reader", "GRANT SELECT ON TABLE app.person TO reader;"],
    ["SET search_path", `ALTER DATABASE :"DBNAME" SET search_path TO 'app';`],
  ])("is named: %s", (word, said) => {
    expect(lost(dump([]), dump([word]))).toEqual([said]);
  });

  it("is an owner that is another", () => {
    const other = dump([]).replace(
      "TABLE; Schema: app; Owner: holder",
      "TABLE; Schema: app; Owner: x",
    );
    expect(lost(dump([]), other)).toEqual(["person; Type: TABLE; Schema: app; Owner: holder"]);
  });

  it("is not known of a dump that another version wrote", () => {
    expect(lost(dump([]), dump(["GRANT"], "18.1"))).toEqual([]);
    const of = (text: string) => {
      const blocks = new CopyBlocks();
      blocks.add(Buffer.from(text));
      return blocks.definitions;
    };
    expect(of(dump([])).incomparable(of(dump([])))).toBeUndefined();
    expect(of(dump([])).incomparable(of(dump([], "18.1")))).toBe(
      "its definitions were not compared: it was dumped by pg_dump 17.6, here by 18.1",
    );
  });
});

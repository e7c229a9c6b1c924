import { describe, expect, it } from "vitest";

import { call } from "./move-call";

describe("a dump on its way to the other machine", () => {
  it("is taken as it was given, whatever is in it and in whatever pieces", () => {
    const told = call(`import io, json, giving, taking
sink = io.BytesIO()
frames = giving.Frames(sink)
given = [b"", b"\\n{}\\n" * 500_000, b"\\x00\\xff" * 3, b"x"]
frames.announce("one", {"service": "db"})
frames.member("one", False, given)
frames.line({"manifest": {}})
sink.seek(0)
head = json.loads(sink.readline())
taken = b"".join(taking.pieces(sink))
print(json.dumps([head, taken == b"".join(given), json.loads(sink.readline())]))`);
    expect(told).toEqual([{ member: "one", service: "db" }, true, { manifest: {} }]);
  });

  it("is none where it broke on the way, or ended before its end", () => {
    const told = call(`import io, json, giving, taking
from ground import Failed
def given():
    yield b"a piece"
    raise Failed("pg_dump ended")
sink = io.BytesIO()
frames = giving.Frames(sink)
try:
    frames.member("one", False, given())
except Failed as problem:
    frames.line({"failed": str(problem)})
said = []
for content in (sink.getvalue(), sink.getvalue()[:6], sink.getvalue()[:12]):
    try:
        list(taking.pieces(io.BytesIO(content)))
    except Failed as problem:
        said.append(str(problem))
print(json.dumps(said))`);
    const early = "the other machine's dump ended before its end";
    expect(told).toEqual(["the other machine: pg_dump ended", early, early]);
  });

  it("is compared by every row, whatever their order and pieces", () => {
    const told = call(`import json
from unordered import Rows
def read(rows, size):
    dump = b"-- Data for Name: t; Type: TABLE DATA\\n\\nCOPY public.t (id) FROM stdin;\\n" + rows + b"\\\\.\\n\\n"
    found = Rows()
    for at in range(0, len(dump), size):
        found.feed(dump[at : at + size])
    return found.tables["public.t"]
one, turned = b"1\\ta\\n2\\tb\\n2\\tb\\n", b"2\\tb\\n1\\ta\\n2\\tb\\n"
print(json.dumps([
    len({read(one, size) for size in (1, 2, 5, 1000)}),
    read(one, 7) == read(turned, 3),
    read(one, 7) == read(b"1\\ta\\n2\\tb\\n1\\ta\\n", 7),
    read(one, 7) == read(b"1\\ta\\n2\\tb\\n2\\tB\\n", 7),
    read(one, 7)[0],
]))`);
    expect(told).toEqual([1, true, false, false, 3]);
  });
});

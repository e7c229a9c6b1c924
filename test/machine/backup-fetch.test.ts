import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { python } from "./backup-python";

const directory = fs.mkdtempSync(join(tmpdir(), "berth-fetch-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** Fetches what a server holds into the directory; each asked range. */
const fetched = (content: string) =>
  python(
    `import contextlib, hashlib, http.server, io, threading
import fetch
directory, content = sys.argv[1], sys.argv[2].encode()
asked = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        given = self.headers["Range"]
        asked.append(given)
        at = int(given[6:-1]) if given else 0
        self.send_response(206 if at else 200)
        self.end_headers()
        self.wfile.write(content[at:])
    def log_message(self, *words): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"
with contextlib.redirect_stdout(io.StringIO()):
    path = fetch.fetch(address, directory, len(content), hashlib.sha256(content).hexdigest())
print(json.dumps([path, asked]))`,
    "",
    directory,
    content,
  ) as [string, (string | null)[]];

describe("an archive on its way to a machine", () => {
  const name = (content: string) =>
    join(
      directory,
      `restore-${createHash("sha256").update(content).digest("hex").slice(0, 16)}.tar.lrz`,
    );

  it("is gone on with where a part of it is there, and never with a part of another", () => {
    fs.writeFileSync(name("the former archive"), "the former");
    fs.writeFileSync(name("the newest archive"), "the new");
    expect(fetched("the newest archive")).toEqual([name("the newest archive"), ["bytes=7-"]]);
    expect(fs.readFileSync(name("the newest archive"), "utf8")).toBe("the newest archive");
    expect(fs.readdirSync(directory)).toHaveLength(1);
    expect(fetched("one more")).toEqual([name("one more"), [null]]);
    expect(fs.readdirSync(directory)).toHaveLength(1);
  });
});

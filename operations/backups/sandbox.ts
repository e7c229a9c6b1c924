import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";

import { CouldNot, lastLine, pour, type Docker, type Running } from "./docker";

/** The image in which archives are unpacked: it needs Python 3.10 and its standard library. */
const sandboxImage = "python:3";

const here = path.join(__dirname, "sandbox");
const machine = path.resolve(__dirname, "../../components/machine/files/backup");

/** What runs in the sandbox: one reader of archives, a node's own, for everybody. */
const sources = [
  ["sift", path.join(here, "sift.py")],
  ["unpack", path.join(machine, "unpack.py")],
  ["content", path.join(machine, "content.py")],
] as const;

/** Takes the modules from standard input, where the archive follows them: nothing is mounted. */
const begin = `import importlib.abc, importlib.util, json, sys
sources = json.loads(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))
class Given(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name in sources else None
    def exec_module(self, module):
        exec(compile(sources[module.__name__], module.__name__ + ".py", "exec"), module.__dict__)
sys.meta_path.insert(0, Given())
import sift
sys.exit(sift.main(sys.argv[1:]))
`;

const tree = z.object({
  tree: z.string(),
  entries: z.number(),
  files: z.number(),
  bytes: z.number(),
  list: z.string(),
  missing: z.array(z.string()),
  extra: z.array(z.string()),
  differ: z.array(z.string()),
  missed: z.number(),
  added: z.number(),
  differing: z.number(),
});

const header = z.union([
  z.object({ member: z.string(), size: z.int().min(0) }),
  tree,
  z.object({ broken: z.string() }),
  z.object({ end: z.literal(true) }),
]);

/** What came of one tree of files, beside its list of checksums. */
export type SiftedTree = z.output<typeof tree>;

/** What comes out of an archive, in its order. */
export type Sifted =
  | { readonly member: string; readonly size: number; readonly content: AsyncIterable<Buffer> }
  | SiftedTree
  | { readonly broken: string }
  | { readonly end: true };

/**
 * Unpacks an archive in a container without network, rights or anything of this computer: archives come from
 * machines that may be somebody else's by now. `volumes`: of Docker's, by the trees that are laid out in them, in the
 * place of what is there.
 */
export class Sandbox {
  private readonly program: Running;

  constructor(docker: Docker, volumes: ReadonlyMap<string, string> = new Map()) {
    const shut = ["--network", "none", "--read-only", "--cap-drop", "ALL"];
    const small = ["--security-opt", "no-new-privileges", "--pids-limit", "64"];
    // Files keep their owners: that alone is what it may do more where it lays files out.
    const owning = ["--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER"];
    const mounts = [...volumes].flatMap(([tree, volume]) => {
      return ["--volume", `${volume}:/restored/files/${tree}`];
    });
    const who = volumes.size === 0 ? ["--user", "65534"] : [...owning, ...mounts];
    const words = volumes.size === 0 ? [] : ["/restored"];
    this.program = docker.start([
      ...["run", "--interactive", "--rm", ...shut, ...small, ...who],
      ...[sandboxImage, "python3", "-c", begin, ...words],
    ]);
    const modules = JSON.stringify(
      Object.fromEntries(sources.map(([name, file]) => [name, fs.readFileSync(file, "utf8")])),
    );
    this.program.stdin.write(`${Buffer.byteLength(modules)}\n${modules}`);
  }

  /** Feeds the archive to it; goes on to the archive's end where the sandbox has enough before. */
  async feed(archive: AsyncIterable<Buffer>): Promise<void> {
    try {
      await pour(archive, this.program.stdin);
    } finally {
      this.program.stdin.end();
    }
  }

  /** What comes out. Each content must be read to its end before the next one. Throws `CouldNot` where it did not run. */
  async *sifted(): AsyncGenerator<Sifted> {
    const frames = new Frames(this.program.stdout);
    for (let said = false; ; said = true) {
      const line = await frames.line();
      if (line === undefined) {
        const code = await this.program.ended;
        const words = lastLine(this.program.complaint());
        throw new CouldNot(
          `the archive could not be unpacked in ${sandboxImage}: ${words || `it ended with ${code}`}${said ? ", half way" : ""}`,
        );
      }
      const read = header.safeParse(JSON.parse(line));
      if (!read.success)
        throw new CouldNot(`the sandbox said what nobody understands: ${line.slice(0, 100)}`);
      const frame = read.data;
      if (!("member" in frame)) {
        yield frame;
        if ("tree" in frame) continue;
        await this.program.ended;
        return;
      }
      const content = frames.bytes(frame.size);
      yield { ...frame, content };
      // What nobody wanted is passed over.
      for await (const _ of content);
    }
  }

  end(): void {
    this.program.kill();
  }
}

/** Lines and counted bytes of one stream. */
class Frames {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const at = this.rest.indexOf(10);
      if (at >= 0) {
        const line = this.rest.subarray(0, at).toString("utf8");
        this.rest = this.rest.subarray(at + 1);
        return line;
      }
      const next = await this.chunks.next();
      if (next.done) return undefined;
      this.rest = Buffer.concat([this.rest, next.value]);
    }
  }

  async *bytes(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0;) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done) return;
        this.rest = next.value;
      }
      const part = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}

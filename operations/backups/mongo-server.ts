import * as fs from "node:fs";
import * as path from "node:path";

import { CouldNot, lastLine, pour, type Docker } from "./docker";
import { MongoArchive } from "./mongo-archive";

/** As whom MongoDB's tools log in: as on a node. */
const login = fs.readFileSync(
  path.resolve(__dirname, "../../components/machine/files/backup/mongodb.sh"),
  "utf8",
);

/** A MongoDB server in a container that runs, asked and loaded by the tools of its own image. */
export class MongoServer {
  constructor(
    private readonly docker: Docker,
    /** Of the container. */
    readonly name: string,
    /** Of its image, for people. */
    readonly imageName: string,
  ) {}

  /** Has mongorestore read a dump to its end. Answers what it complained of; that alone is no verdict. */
  async load(dump: AsyncIterable<Buffer>, ...how: readonly string[]): Promise<string | undefined> {
    const program = this.docker.start(this.tool("mongorestore", "--archive", ...how));
    program.stdout.resume();
    await pour(dump, program.stdin);
    program.stdin.end();
    const code = await program.ended;
    if (code === 0) return undefined;
    return lastLine(program.complaint()) || `mongorestore ended with ${code}`;
  }

  /** What is in it, by dumping it. Throws `CouldNot` where that does not come to its end. */
  async read(): Promise<MongoArchive> {
    const { read, code, said } = await this.tryRead();
    if (code === 0 && read.problem === undefined && read.unfinished.length === 0) return read;
    const why = read.problem ?? (said || `mongodump ended with ${code}`);
    throw new CouldNot(`${this.imageName} could not be read: ${why}`);
  }

  /** The version of an empty one once it answers; undefined before. */
  async version(): Promise<string | undefined> {
    const { read, code } = await this.tryRead();
    return code === 0 ? read.server : undefined;
  }

  private async tryRead() {
    const program = this.docker.start(this.tool("mongodump", "--quiet", "--archive"));
    program.stdin.end();
    const read = new MongoArchive();
    for await (const chunk of program.stdout as AsyncIterable<Buffer>) read.add(chunk);
    return { read, code: await program.ended, said: lastLine(program.complaint()) };
  }

  private tool(...words: readonly string[]): string[] {
    return ["exec", "--interactive", this.name, "sh", "-c", `${login}tool "$@"`, "sh", ...words];
  }
}

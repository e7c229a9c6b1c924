import * as fs from "node:fs";
import * as path from "node:path";

import { obtainGoProgram } from "../../packages/local-cloud/ground/go-program";
import { withLock } from "../../packages/local-cloud/ground/lock";
import { runCommand } from "../../packages/local-cloud/ground/run-command";
import { thisComputer } from "../../rehearsal/computer";
import type { Standing } from "./standing";

/**
 * Stands in for MongoDB's server, whose licence keeps it out of distributions: FerretDB, which speaks its protocol,
 * over SQLite. Its own command does not build as a module, so it is embedded.
 */
const peer = `package main

import (
	"context"
	"os"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: ":27017"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[1] + "/",
	})
	if err != nil {
		panic(err)
	}
	if err := server.Run(context.Background()); err != nil {
		panic(err)
	}
}
`;
const peerVersion = "v1.24.0";

/** MongoDB's own tools. */
const toolsVersion = "v0.0.0-20240723193119-837c2bc263f4";
const tools = ["mongodump", "mongoimport", "mongorestore"] as const;

/** Makes `mongo:7` on a machine, of what stands in for MongoDB's server and of its own tools. */
export async function mongoImage(at: Standing): Promise<void> {
  const programs = await mongoPrograms();
  for (const [name, file] of Object.entries(programs)) {
    await at.onHost(
      `mkdir -p /root/mongo && base64 -d >/root/mongo/${name} && chmod 755 /root/mongo/${name}`,
      fs.readFileSync(file).toString("base64"),
    );
  }
  await at.onHost(
    "cd /root/mongo && cat >Dockerfile && docker build -q -t mongo:7 . 2>&1",
    `FROM python:3
COPY ${Object.keys(programs).join(" ")} /usr/local/bin/
RUN mkdir -p /data/db
CMD ["mongodb-peer", "/data/db"]
`,
  );
}

/** Programs by their names: a server, and MongoDB's own tools; built on first use, which takes minutes. */
async function mongoPrograms(): Promise<Readonly<Record<string, string>>> {
  const { cache } = thisComputer();
  const found: Record<string, string> = { "mongodb-peer": await obtainPeer(cache) };
  for (const binary of tools) {
    found[binary] = await obtainGoProgram(
      {
        package: `github.com/mongodb/mongo-tools/${binary}/main`,
        ...{ version: toolsVersion, binary, what: binary, flags: ["-ldflags", "-s -w"] },
      },
      { cache },
    );
  }
  return found;
}

function obtainPeer(cache: string): Promise<string> {
  const name = `mongodb-peer-${peerVersion}-${process.platform}-${process.arch}`;
  const home = path.join(cache, "go-programs", name);
  const program = path.join(home, "mongodb-peer");
  return withLock(`${home}.lock`, async () => {
    if (fs.existsSync(program)) return program;
    const aside = `${home}.partial`;
    fs.rmSync(aside, { recursive: true, force: true });
    fs.mkdirSync(aside, { recursive: true });
    fs.writeFileSync(path.join(aside, "main.go"), peer);
    const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod", CGO_ENABLED: "0" };
    for (const words of [
      ["mod", "init", "mongodb-peer"],
      ["get", `github.com/FerretDB/FerretDB/ferretdb@${peerVersion}`],
      ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", "mongodb-peer", "."],
    ]) {
      const { code, output } = await runCommand("go", words, { cwd: aside, env });
      if (code !== 0) throw new Error(`go ${words.join(" ")}: ${output.slice(-2_000)}`);
    }
    fs.renameSync(aside, home);
    return program;
  });
}

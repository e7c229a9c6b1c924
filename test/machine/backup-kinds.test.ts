import { describe, expect, it } from "vitest";

import { python } from "./backup-python";

describe("a container", () => {
  interface Container {
    image: string;
    status?: string;
    command?: readonly string[];
    env?: Record<string, string>;
    mounts?: readonly object[];
    /** Whether a server's process is in it. */
    process?: boolean;
  }
  const kindOf = (container: Container) =>
    python(
      `import json, kinds, sys, types
said = json.load(sys.stdin)
process = said.pop("process")
each = types.SimpleNamespace(**said, run=lambda script, seconds: types.SimpleNamespace(code=0 if process and "/proc" in script else 1))
print(json.dumps(kinds.kind_of(each)))`,
      JSON.stringify({
        ...{ status: "running", command: [], env: {}, mounts: [], process: false },
        ...container,
      }),
    );
  const named = { Type: "volume", Name: "shop_pgdata", Destination: "/var/lib/postgresql/data" };
  const nameless = { ...named, Name: "0".repeat(64) };
  const env = { PGDATA: "/var/lib/postgresql/data" };
  const entry = "docker-entrypoint.sh";

  it.each<[string, Container, string | null]>([
    ["a server", { image: "postgres:17", mounts: [named] }, "postgres"],
    [
      "one that stands still",
      { image: "mongo:7", status: "exited", mounts: [{ ...named, Destination: "/data/db" }] },
      "mongodb",
    ],
    ["one of an image by another name", { image: "acme/data:1", env, mounts: [named] }, "postgres"],
    [
      "one whose volume has no name",
      { image: "postgres:17", mounts: [nameless], process: true },
      "postgres",
    ],
    [
      "such a one that stands still",
      { image: "postgres:17", status: "exited", command: [entry, "postgres"], mounts: [nameless] },
      "postgres",
    ],
    [
      "such a one with options",
      {
        image: "r.example:5000/postgres@sha256:0",
        status: "exited",
        command: [entry, "-c", "fsync=on"],
      },
      "postgres",
    ],
  ])("is a database: %s", (_, container, kind) => expect(kindOf(container)).toBe(kind));

  it.each<[string, Container]>([
    ["what looks at one", { image: "mongo-express:1" }],
    ["what measures one", { image: "prometheuscommunity/postgres-exporter:v0.15" }],
    [
      "what dumps one by the clock",
      { image: "postgres:17", env, mounts: [nameless], command: ["sh", "-c", "pg_dump"] },
    ],
    [
      "what fills one once",
      {
        image: "postgres:17",
        env,
        status: "exited",
        mounts: [nameless],
        command: ["psql", "-h", "db"],
      },
    ],
    [
      "what sets one up once",
      { image: "mongo:7", status: "exited", command: ["mongosh", "--eval", "rs.initiate()"] },
    ],
    ["an image from a registry called so", { image: "postgres.example.org/shop/web:1" }],
  ])("is none: %s", (_, container) => expect(kindOf(container)).toBeNull());
});

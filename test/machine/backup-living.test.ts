import { describe, expect, it } from "vitest";

import { judgeLiving } from "../../operations/backups/judge";
import { python } from "./backup-python";

/** What an archive tells of a service of this image, whose volume is read or left out. */
const living = (image: string, target: string, more: object = {}) =>
  python(
    `import types
import take
said = {"consistency": "snapshot", "status": "running", "read": True, **json.loads(sys.argv[3])}
mount = {"Type": "volume", "Name": "shop_data", "Source": "/volumes/data", "Destination": sys.argv[2]}
done = types.SimpleNamespace(code=1)
each = types.SimpleNamespace(service="data", image=sys.argv[1], status=said["status"], mounts=[mount], env={}, command=[], run=lambda script, seconds: done)
run = take.Run.__new__(take.Run)
run.project = types.SimpleNamespace(exclude={}, rds=None, kind="none", consistency=said["consistency"])
run.others, run.left_out, run.notes, run.began = [], [], [], 0
run.servers([each])
trees = [types.SimpleNamespace(place="/volumes/data")] if said["read"] else []
found = run.read_alive(trees)
entry = run.entry({"files": [], "databases": [], "living": found, "archive": {"key": "k", "bytes": 1}})
print(json.dumps([found, entry["verdict"], entry["why"]]))`,
    "",
    image,
    target,
    JSON.stringify(more),
  ) as [string[], string, string];

describe("a database that is not dumped", () => {
  it.each([
    ["mysql:8", "/var/lib/mysql"],
    ["registry.example/acme/mariadb:11@sha256:0", "/data"],
    ["acme/shop-db", "/var/lib/mysql"],
    ["clickhouse/clickhouse-server:24", "/var/lib/clickhouse"],
  ])(
    "makes an archive incomplete and a drill fail where its files are read while it runs: %s",
    (image, target) => {
      const [found, verdict, why] = living(image, target);
      expect([found, verdict]).toEqual([["data"], "incomplete"]);
      expect(why).toContain("data: keeps the data of a database that is not dumped");
      expect(judgeLiving({ living: found }).failed).toHaveLength(1);
    },
  );

  it.each<[string, string, string, object]>([
    ["stopped meanwhile", "mysql:8", "/var/lib/mysql", { consistency: "stop" }],
    ["that has ended", "mysql:8", "/var/lib/mysql", { status: "exited" }],
    ["left out", "mysql:8", "/var/lib/mysql", { read: false }],
    ["that is a tool for one", "mysql-exporter:1", "/conf", {}],
    ["that is none", "acme/web", "/media", {}],
  ])("is whole where it is one %s", (_, image, target, more) => {
    expect(living(image, target, more)).toEqual([[], "taken", ""]);
    expect(judgeLiving({}).failed).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { site } from "../machine/front";
import { delivery, type Files } from "../machine/quay";
import { backedUp, dataProject, Successor, Vault } from "../machine/vault";

/**
 * The same with a volume that is a directory of the machine's own, which Docker mounts only while a service runs, and
 * with a service of the database's image that runs once and is no server.
 */
const project: Files = {
  ...dataProject,
  "docker-compose.yml": dataProject["docker-compose.yml"]!.replace(
    'volumes: ["media:/media"]\n',
    `volumes: ["media:/media", "kept:/kept"]
  seed:
    image: postgres:17
    command: ["sh", "-c", "echo seeded"]
`,
  ).replace(
    "media: {}}",
    "media: {}, kept: {driver_opts: {type: none, o: bind, device: /opt/kept}}}",
  ),
};

/** Rows and files of the site, by their checksums. */
const sums = async (vault: Vault) => [
  await vault.sql(
    "shop",
    "SELECT count(*), md5(string_agg(id || body, ',' ORDER BY id)) FROM visit",
  ),
  await vault.onHost(
    "cd /var/lib/docker/volumes/shop_media/_data && find . -printf '%p %m %U %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum",
  ),
  await vault.onHost("cd /opt/kept && grep -r . | sort"),
];

describe("a project whose machine was lost", () => {
  const first = new Vault();
  const next = new Successor(first);
  let before: string[];
  let archive: string;

  const wish = (key: string) => first.wish(key);
  const visit = async (vault: Vault, name = "shop.example.org") =>
    vault.onHost(`curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${name}' http://127.0.0.1/`);

  beforeAll(async () => {
    first.sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];
    first.backups = [backedUp("shop", { at: ["23:59"] })];
    await first.prepare();
    await first.open([delivery("shop", 18_016, { health: { path: "/", seconds: 60 } })]);
    await first.commit("shop", project);
    await first.bringKey("shop");
    await first.onHost("mkdir /opt/kept && echo paper >/opt/kept/paper");
    const done = await first.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(done.stdout).not.toContain("closed:");
    await first.onHost(`cd /var/lib/docker/volumes/shop_media/_data && echo one >one && mkdir -m 750 deep &&
      printf 'x%.0s' {1..5000} >deep/two && chown -R 101:102 deep && ln -s /etc/hosts link && ln one again`);
    archive = await first.taken("shop");
    before = await sums(first);
  });
  afterAll(() => first.close());

  it("is restored in place, and what was written since is in the backup before", async () => {
    await first.sql("shop", "DELETE FROM visit WHERE id > 10; CREATE TABLE since (id int)");
    await first.onHost("rm -r /var/lib/docker/volumes/shop_media/_data/deep");
    await first.onHost("echo since >/opt/kept/paper; echo new >/opt/kept/new");
    // A service that writes a last file when it is told to stop.
    await first.onHost(
      `docker run -d -v shop_media:/media --entrypoint sh \
        --label com.docker.compose.project=shop --label com.docker.compose.service=worker \
        python:3 -c 'trap "echo last >/media/last; exit" TERM; while :; do sleep 0.1; done'`,
    );
    const done = await first.backup("restore shop --by ana", await wish(archive));
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(
      /stop: nginx, worker[^]*taken: backups[^]*start: nginx, worker[^]*restored: /,
    );
    expect(await sums(first)).toEqual(before);
    const { lastTaken } = await first.told("shop");
    const { databases, files, left_out } = await first.manifest(lastTaken!.key!);
    const [kept, media] = files;
    // Taken while nothing ran that has it mounted.
    expect(kept).toMatchObject({ name: "kept", entries: 3 });
    expect(databases.map(({ service }) => service)).toEqual(["db"]);
    expect(left_out).toContainEqual({
      what: "seed",
      reason: "is of a database's image, and neither runs a server nor keeps data under a name",
    });
    expect(await first.exec("docker inspect berth-reads-shop")).toMatchObject({ code: 1 });
    expect(databases[0]!.databases.map(({ name }) => name)).toEqual(["app", "postgres"]);
    expect(databases[0]!.databases[0]!.tables.map(({ name }) => name)).toEqual(["since", "visit"]);
    // Without deep and what was in it, and with what came last.
    expect(media!.entries).toBe((await first.manifest(archive)).files[1]!.entries - 2 + 1);
    await first.onHost(
      "docker rm -f $(docker ps -q --filter label=com.docker.compose.service=worker)",
    );
    const left = await first.sql("shop", "SELECT datname FROM pg_database WHERE datname ~ 'berth'");
    expect(left).toBe("");
  });

  it("leaves what was there before where the archive loads in part, and runs on it", async () => {
    await first.sql("shop", "CREATE EXTENSION citext; CREATE TABLE contact (email citext)");
    await first.sql("shop", "INSERT INTO contact VALUES ('ana@example.org')");
    const key = await first.taken("shop");
    // From now on the image lacks it.
    await first.sql(
      "shop",
      "DROP TABLE contact; DROP EXTENSION citext; CREATE TABLE newer (id int)",
    );
    await first.onHost(
      "docker exec shop-db-1 sh -c 'rm /usr/share/postgresql/17/extension/citext*'",
    );
    const done = await first.backup("restore shop --by ana", await wish(key));
    expect(done).toMatchObject({ code: 1 });
    expect(done.stderr).toMatch(
      /app: .*the extension citext is missing; the table public.contact is missing.*the first: ERROR: +(could not open )?extension/,
    );
    expect(await first.sql("shop", "SELECT to_regclass('newer'), to_regclass('contact')")).toBe(
      "newer|\n",
    );
    expect(await visit(first)).toBe("200");
    const left = await first.sql("shop", "SELECT datname FROM pg_database WHERE datname ~ 'berth'");
    expect(left).toBe("");
    expect(await sums(first)).toEqual(before);
  });

  it("waits for the end of a delivery, whose version would write to what is exchanged", async () => {
    await first.onHost("systemd-run --quiet --unit berth-delivery-shop sleep 600");
    const done = await first.backup("restore shop --by ana", await wish(archive));
    await first.onHost("systemctl stop berth-delivery-shop");
    expect(done, done.stdout).toMatchObject({ code: 65 });
    expect(done.stderr).toContain("shop: a delivery is at work");
    expect(await first.told("shop")).toMatchObject({ restoring: false });
  });

  it("puts back what a restore that was killed in its exchange had begun", async () => {
    const there = await sums(first);
    for (const word of ["^stop: ", "^taken: "]) {
      await first.onHost(
        `cat >/root/wish; berth-backup restore shop --by ana </root/wish >/root/said 2>&1 & pid=$!
        timeout 120 sh -c 'until grep -q "${word}" /root/said; do sleep 0.02; done'; kill -KILL $pid || { cat /root/said; exit 1; }`,
        await wish(archive),
      );
      expect(await first.told("shop")).toMatchObject({ restoring: true });
      const other = await first.site("deploy shop");
      expect(other).toMatchObject({ code: 65 });
      expect(other.stderr).toContain("berth-backup undo shop");
      const done = await first.backup("undo shop");
      expect(done, done.stderr).toMatchObject({ code: 0 });
      expect(await sums(first)).toEqual(there);
      expect(await visit(first)).toBe("200");
      expect(await first.told("shop")).toMatchObject({ restoring: false });
      const left = await first.sql(
        "shop",
        "SELECT datname FROM pg_database WHERE datname ~ 'berth'",
      );
      expect(left).toBe("");
    }
  });

  it("comes up closed on another machine, backs up nothing, and serves once it was recovered", async () => {
    await first.yard.machines.delete(first.id);
    await next.take();
    await next.onHost("mkdir /opt/kept");
    await next.commit("shop", project);
    await next.bringKey("shop");
    const done = await next.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(done.stdout).toContain("closed: archives of shop exist and its data is not here");
    expect(await visit(next)).toBe("503");
    // Rule 65: whoever looks at it does so at its own port.
    expect(
      await next.onHost("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:18016/"),
    ).toBe("200");
    const stored = await next.stored("shop");
    const run = await next.backup("run shop --by ana");
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("berth recover shop");
    expect(await next.told("shop")).toMatchObject({ awaits: "recovery" });
    expect(await next.stored("shop")).toEqual(stored);
    const over = await next.backup("restore shop", await wish(archive));
    expect(over).toMatchObject({ code: 65 });
    const recovered = await next.backup("recover shop --by ana", await wish(archive));
    expect(recovered, `${recovered.stdout}${recovered.stderr}`).toMatchObject({ code: 0 });
    expect(await sums(next)).toEqual(before);
    expect(await visit(next)).toBe("200");
    expect(await next.told("shop")).toMatchObject({ awaits: null });
    expect(await next.taken("shop")).not.toBe(archive);
    const again = await next.site("deploy shop");
    expect(again.stdout).not.toContain("closed:");
  });
});

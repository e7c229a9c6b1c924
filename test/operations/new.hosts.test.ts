import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { scriptOf } from "../../operations/jobs/scripts";
import { main as writeDev } from "../../operations/new/dev";
import { main as writeProject } from "../../operations/new/new";
import { thisComputer } from "../../packages/local-cloud/ground/computer";
import type { Machines } from "../../packages/local-cloud/hosts";
import { run } from "../../packages/local-cloud/hosts/process";
import { imageService } from "../../packages/local-cloud/images";
import { Ground } from "../../packages/local-cloud/test/hosts/boot-ground";
import { aPerson } from "./a-person";
import { giveArchiveTools } from "./archive-at-hand";

const ground = new Ground();
const directory = mkdtempSync(join(tmpdir(), "new-"));
let machines: Machines;

/** As a developer's own account in the project's repository. */
const asDev = (command: string) => as("dev", `cd ~/shop || exit; ${command}`);

async function as(account: string, command: string, input = "") {
  const argv = ["runuser", "-u", account, "--", "bash", "-c", `cd; exec 2>&1; ${command}`];
  const { code, stdout } = await machines.exec("laptop", argv, input);
  return { code, stdout };
}

async function done(asked: ReturnType<typeof as>): Promise<string> {
  const { code, stdout } = await asked;
  expect(code, stdout).toBe(0);
  return stdout.trim();
}

const addressIn = (said: string): string => /http:\/\/(\S+)\//.exec(said)?.[1] ?? said;

beforeAll(async () => {
  machines = await ground.open({ services: [imageService(thisComputer())] });
  const address = machines.addressAt(0);
  await machines.create({ id: "laptop", name: "laptop", address, cloud: "client", login: "root" });
  await machines.ready("laptop", "booted");
  await writeProject(aPerson(), ["shop", "--directory", join(directory, "shop")]);
  await run(["tar", "-cf", join(directory, "shop.tar"), "-C", directory, "shop"]);
  await done(as("root", "useradd -m -s /bin/bash dev"));
  const packed = await run(["base64", join(directory, "shop.tar")]);
  await done(as("dev", "base64 -d | tar -x --no-same-owner", packed));
});

afterAll(async () => {
  await ground.clear();
  rmSync(directory, { recursive: true });
});

describe("a new project on a developer's computer", () => {
  it("says what the computer lacks", async () => {
    const path = "mkdir -p bare && ln -sf /usr/bin/{dirname,uname,grep,sed,sort,head,id,sh} bare/";
    const bare = await asDev(`${path} && PATH=$PWD/bare sh ./dev`);
    expect(bare).toMatchObject({ code: 1 });
    expect(bare.stdout).toMatch(/^\.\/dev: docker is not here: install Docker Engine \(https:/);
    const refused = await asDev("./dev");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toContain("you may not use docker: sudo usermod -aG docker dev");
    const wrong = await asDev("./dev --as live");
    expect(wrong.stdout).toContain(
      "there is no dc.live.yml; there are: dc.dev.yml dc.prod.yml dc.stage.yml dc.test.yml",
    );
  });

  it("comes up with one command, on a free port, with the repository's seed (R54)", async () => {
    await done(as("root", "usermod -aG docker dev"));
    const said = await done(asDev("./dev"));
    expect(said).toContain("seeded from seed/seed.sql");
    const address = addressIn(said);
    const page = await done(asDev(`curl -sSf http://${address}/`));
    expect(page).toContain('<b id="note">Seeded</b>');
    expect(page).toContain("3 writes were accepted");
    expect(await done(asDev(`curl -sSf http://${address}/static/style.css`))).toContain("body");
    // A second time it is where it was, and its data is what it was.
    const again = await done(asDev("./dev"));
    expect(addressIn(again)).toBe(address);
    expect(again).not.toContain("seeded");
  });

  it("counts its writes by their keys, keeps uploads and speaks over a WebSocket", async () => {
    const address = addressIn(await done(asDev("./dev")));
    const write = `curl -sSf -d hello -H 'Idempotency-Key: one' http://${address}/writes`;
    expect(JSON.parse(await done(asDev(write)))).toMatchObject({ times: 1 });
    expect(JSON.parse(await done(asDev(write)))).toMatchObject({ times: 2 });
    const counted = await done(asDev(`curl -sSf http://${address}/writes`));
    expect(JSON.parse(counted)).toMatchObject({ accepted: 4, repeated: 1 });
    const upload = `head -c 10M /dev/urandom >big && curl -sSf -T big http://${address}/uploads/big`;
    expect(JSON.parse(await done(asDev(upload)))).toMatchObject({ bytes: 10 * 1024 * 1024 });
    await done(asDev(`curl -sSf http://${address}/uploads/big | cmp - big`));
    // A masked text frame "hi", and what comes back: the same, unmasked.
    const frame = "\\x81\\x82\\0\\0\\0\\0hi";
    const asking = [
      "GET /echo HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade",
      "Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n",
    ].join("\\r\\n");
    const [host, port] = address.split(":");
    const socket = `exec 3<>/dev/tcp/${host}/${port}; printf '${asking}' >&3; sleep 1; printf '${frame}' >&3; timeout 2 cat <&3 || true`;
    const echoed = await done(asDev(socket));
    expect(echoed).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(echoed.endsWith("\u0002hi")).toBe(true);
  });

  it("ends requests in flight before it stops", async () => {
    const address = addressIn(await done(asDev("./dev")));
    const slow = `head -c 1M big >part; curl -sS --limit-rate 400k -T part -w '%{http_code}' -o answer http://${address}/uploads/slow >status &`;
    await done(asDev(`${slow} sleep 1; docker compose stop web; wait`));
    await done(asDev("docker inspect -f '{{.State.ExitCode}}' shop-web-1 | grep -x 0"));
  });

  it("comes up as production has it beside, with data of its own, and goes", async () => {
    const said = await done(asDev("./dev --as prod"));
    const page = await done(asDev(`curl -sSf http://${addressIn(said)}/`));
    expect(page).toContain("3 writes were accepted");
    const policy = "docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' shop-as-prod-web-1";
    expect(await done(asDev(policy))).toBe("unless-stopped");
    await done(asDev("./dev --as prod --down && ./dev --down"));
    expect(await done(asDev("docker ps -q"))).toBe("");
    expect(await done(asDev("docker volume ls -q | sort"))).toBe(
      ["database", "uploads"]
        .flatMap((each) => [`shop-as-prod_${each}`, `shop_${each}`])
        .sort()
        .join("\n"),
    );
  });

  it.each(["stage", "prod"])("passes what judges a delivery to %s (R43, R45, R53)", async (env) => {
    const site = join(process.cwd(), "components", "machine", "files", "site");
    const packed = await run(["bash", "-c", 'tar -c -C "$1" . | base64', "pack", site]);
    await done(as("dev", "mkdir -p site; base64 -d | tar -x -C site", packed));
    const said = await as("root", `python3 ~dev/site lint ~dev/shop --env ${env} --json`);
    const { problems } = JSON.parse(said.stdout) as {
      problems: { kind: string; place: string }[];
    };
    expect(said.code).toBe(0);
    // The port is led through the node's proxy, and uploads on a disk are to be declared.
    expect(problems.map(({ kind, place }) => `${kind}: ${place}`).sort()).toEqual([
      `warning: dc.${env}.yml: services.nginx.ports`,
      "warning: services.web.volumes",
    ]);
  });

  it("has the tests that its job on Jenkins runs, which fail where it is broken (R46)", async () => {
    const job = { slug: "shop", name: "shop-test", kind: "test", branch: "develop" } as const;
    const script = scriptOf({
      ...{ ...job, owner: "acme/berth", starters: [] },
      repository: "git@git.example:shop.git",
    });
    const identity = "git -c user.name=Ana -c user.email=ana@x commit -qam";
    const build = (number: number) =>
      as(
        "dev",
        `cd ~/shop && GIT_COMMIT=$(git rev-parse HEAD) BUILD_NUMBER=${number} bash -s`,
        script,
      );
    await done(asDev(`git init -q && git add -A && ${identity} begin`));
    const passed = await build(1);
    expect(passed.code, passed.stdout).toBe(0);
    expect(passed.stdout).toMatch(/Ran 4 tests .*\n\nOK/);
    await done(
      asDev(`sed -i 's/"healthy": True/"healthy": False/' app/web.py && ${identity} break`),
    );
    const broken = await build(2);
    expect(broken.stdout).toContain("FAILED (failures=1)");
    expect(broken.code).toBe(1);
    expect(await done(asDev("docker ps -aq; docker volume ls -q | grep test || true"))).toBe("");
    await done(asDev("git reset -q --hard HEAD~1"));
  });

  it("begins again where that is asked for", async () => {
    expect(await done(asDev("./dev --fresh"))).toContain("seeded from seed/seed.sql");
  });

  it("begins with production's newest archive where that can be read, and starts no worker (R54)", async () => {
    await giveArchiveTools((...asked) => done(as(...asked)));
    const address = addressIn(await done(asDev("./dev")));
    await done(asDev(`curl -sSf -d bought -H 'Idempotency-Key: two' http://${address}/writes`));
    await done(as("dev", "bash make-archive 2026-11-28T031500Z"));
    await done(as("dev", "bash make-archive 2026-11-29T031500Z"));
    await done(asDev("sed -i 's#^archives=.*#archives=s3://archives/backups/shop/#' dev"));

    const denied = await done(asDev("DENIED=yes ./dev --fresh"));
    expect(denied).toContain(
      "no archive is taken: you may not list s3://archives/backups/shop/: An",
    );
    expect(denied).toContain("seeded from seed/seed.sql");
    // Data that is there is never exchanged.
    expect(await done(asDev("./dev"))).not.toContain("brings");

    const scrub =
      "sed -i 's#^scrub=.*#scrub=scrub.sql#' dev; echo 'CREATE TABLE scrubbed ();' >scrub.sql";
    await done(asDev(scrub));
    const said = await done(asDev("./dev --fresh"));
    expect(said).toContain("brings s3://archives/backups/shop/2026-11-29T031500Z.tar.lrz");
    const page = await done(asDev(`curl -sSf http://${addressIn(said)}/`));
    expect(page).toContain("4 writes were accepted");
    const services = "docker compose ps --services --status running | sort | tr '\\n' ' '";
    expect(await done(asDev(services))).toBe("db nginx web");
    expect(await done(asDev("docker exec shop-web-1 cat /uploads/hello.txt"))).toBe("hello");
    const ask = (sql: string) => done(asDev(`docker exec shop-db-1 psql -U app -Atc "${sql}"`));
    expect(await ask("SELECT count(*) FROM scrubbed")).toBe("0");
    expect(await ask("SELECT count(*) FROM pg_roles WHERE rolname = 'reporter'")).toBe("1");
    const again = await done(asDev("./dev"));
    expect(again).toContain("its data is production's: copy s3://archives/");
    expect(await done(asDev(services))).toBe("db nginx web");
  });

  it("starts nothing on a copy that came in part", async () => {
    await done(as("dev", "BROKEN=yes bash make-archive 2026-11-29T041500Z"));
    for (const command of ["./dev --fresh", "./dev"]) {
      const said = await asDev(command);
      expect(said).toMatchObject({ code: 1 });
      expect(said.stdout).toContain("in part");
    }
    expect(await done(asDev("docker compose ps --services --status running"))).toBe("db");
    await done(as("dev", "rm s3/archives/backups/shop/2026-11-29T041500Z.*"));
  });

  it("takes no archive that is not what its manifest says, has to stay elsewhere, or cannot be scrubbed", async () => {
    const at = "~/s3/archives/backups/shop/2026-11-29T031500Z.tar.lrz";
    await done(asDev("sed -i 's#^stays=.*#stays=canada#' dev"));
    const elsewhere = await done(asDev("./dev --fresh"));
    expect(elsewhere).toContain(
      "the archives stay in canada; if this computer is there: --in canada",
    );
    expect(elsewhere).toContain("seeded from seed/seed.sql");
    await done(asDev("mv scrub.sql away"));
    const unscrubbed = await asDev("./dev --fresh --in canada");
    expect(unscrubbed).toMatchObject({ code: 1 });
    expect(unscrubbed.stdout).toContain("scrub.sql is not there: nothing is copied without it");
    await done(asDev("echo 'DELETE FROM nowhere;' >scrub.sql"));
    const failed = await asDev("./dev --fresh --in canada");
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout).toContain("scrub.sql failed, so the copy was removed again");
    const databases =
      "docker exec shop-db-1 psql -U app -Atc 'SELECT datname FROM pg_database' postgres";
    expect((await done(asDev(databases))).split("\n")).not.toContain("app");
    await done(as("dev", `printf x >>${at}`));
    const damaged = await asDev("./dev --fresh --in canada");
    expect(damaged).toMatchObject({ code: 1 });
    expect(damaged.stdout).toContain("is not what its manifest says");
  });
});

describe("a repository that was there before", () => {
  it("comes up by the ./dev of berth dev, each published port at a free one, one-shots ended (R54)", async () => {
    const repository = join(directory, "before");
    mkdirSync(repository);
    const serve = '["python3", "-m", "http.server", "8000"]';
    const files = {
      "docker-compose.yml": `name: before
services:
  app: { image: "python:3", command: ${serve}, depends_on: { prepare: { condition: service_completed_successfully } } }
  prepare: { image: "python:3", command: ["true"] }
  base:
    image: postgres:17
    environment: { POSTGRES_USER: owner, POSTGRES_DB: stock, POSTGRES_PASSWORD: x }
`,
      // Ports that another project of the same computer has already.
      "dc.dev.yml": `services: { app: { ports: ["80:8000"] }, base: { ports: ["22:5432"] } }\n`,
      "dc.prod.yml": `services: { app: { ports: ["80:8000"] } }\n`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, name), text);
    expect(await writeDev(aPerson(), ["cryptsend", "--directory", repository])).toBe(0);
    mkdirSync(join(repository, "seed"));
    writeFileSync(join(repository, "seed", "seed.sql"), "CREATE TABLE things AS SELECT 7 AS n;\n");
    const packed = await run(["bash", "-c", 'tar -c -C "$1" before | base64', "pack", directory]);
    await done(as("dev", "base64 -d | tar -x --no-same-owner", packed));
    const said = await done(as("dev", "cd before && ./dev"));
    expect(said).toContain("seeded from seed/seed.sql");
    expect(said).toMatch(/^base:5432 is at 127\.0\.0\.1:\d+$/m);
    await done(as("dev", `curl -sSf http://${addressIn(said)}/ | grep -i directory`));
    const rows = "docker exec before-base-1 psql -U owner -Atc 'SELECT n FROM things' stock";
    expect(await done(as("dev", rows))).toBe("7");
    const failed = await as("dev", 'cd before && sed -i \'s/"true"/"false"/\' *.yml && ./dev');
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout).toContain("./dev: it did not come up");
    await done(as("dev", "cd before && ./dev --fresh --down"));
  });
});

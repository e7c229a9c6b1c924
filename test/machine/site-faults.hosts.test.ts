import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { application, delivery, project, Quay, type Files } from "./quay";

const version = (name: string) => application.replace('"one"', `"${name}"`);

/** A project with an application of its own behind the published one, which says of itself how it is. */
const layered: Files = {
  ...project("twin"),
  "docker-compose.yml": `${project("twin")["docker-compose.yml"]!.replace(
    "services:\n",
    `services:
  app:
    build: .
    stop_signal: SIGKILL
    environment: { SITE_HOST: localhost }
    volumes: ["data:/data"]
    healthcheck:
      test: ["CMD", "python3", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz')"]
      interval: 1s
      retries: 2
`,
  )}`,
};

describe("a delivery that goes wrong", () => {
  const quay = new Quay();
  const shop = delivery("shop", 18_016, { health: { path: "/healthz", seconds: 6 } });
  const twin = delivery("twin", 18_017, { overlap: ["app"] });
  const good = project("shop");
  const compose = good["docker-compose.yml"]!;
  let rows = 0;

  const deploy = async (files: Files = {}) => {
    await quay.commit("shop", files);
    const done = await quay.site("deploy shop");
    return { code: done.code, said: `${done.stdout}${done.stderr}` };
  };
  /** The site as it was before, with all that was written. */
  const serves = async (name: string) =>
    expect(await quay.visit(18_016, "shop")).toMatchObject({ version: name, rows });
  /** The next delivery, of a good version, repairs whatever was left. */
  const mended = async (name: string) => {
    const done = await deploy({ ...good, "app.py": version(name) });
    expect(done, done.said).toMatchObject({ code: 0 });
    await serves(name);
  };

  beforeAll(async () => {
    await quay.open([shop, twin]);
    await quay.commit("shop", good);
    const done = await quay.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
  });
  beforeEach(async () => {
    await quay.write(18_016, "shop");
    rows += 1;
  });
  afterAll(() => quay.yard.clear());

  it("says that the repository is not reached", async () => {
    await quay.onHost("mv /srv/git/shop.git /srv/git/away.git");
    const done = await quay.site("deploy shop");
    await quay.onHost("mv /srv/git/away.git /srv/git/shop.git");
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(
      /failed: git@git.example:shop.git cannot be read: [^]*serves on\n$/,
    );
    await serves("one");
  });

  it("believes no other machine that calls itself a forge everybody uses", async () => {
    await quay.onHost("cp /etc/hosts /etc/hosts.kept; echo '127.0.0.1 github.com' >>/etc/hosts");
    const repository = "git@github.com:agency/shop.git";
    await quay.converge({ deliveries: [{ ...shop, repository }] });
    const done = await quay.site("deploy shop");
    await quay.onHost("mv /etc/hosts.kept /etc/hosts");
    await quay.converge();
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(
      /agency\/shop.git cannot be read: [^]*Host key verification failed/,
    );
    await serves("one");
  });

  it("refuses what Compose does not take, in its words", async () => {
    const done = await deploy({
      "docker-compose.yml": compose.replace("image: quay:1", "imagine: 1"),
    });
    expect(done.code).toBe(65);
    expect(done.said).toMatch(/Compose 2\.[\d.]+ of this machine does not take it: .*imagine/);
    await serves("one");
  });

  it("says all that is refused at once, before anything is touched", async () => {
    await quay.onHost(
      "cd /root/work/shop && mkdir -p theme && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),theme",
    );
    const done = await deploy({
      ".gitattributes": "*.mp4 filter=lfs\n",
      "tour.mp4": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n",
      "docker-compose.yml": compose
        .replaceAll("pgdata:", "database:")
        .replace("image: postgres:17", 'image: postgres:17\n    ports: ["5432:5432"]'),
      "dc.prod.yml": `${good["dc.prod.yml"]!}name: other\n`,
    });
    expect(done.code, done.said).toBe(65);
    expect(done.said).toContain(
      "shop_pgdata, which holds /var/lib/postgresql/data of db, is not mounted any more",
    );
    expect(done.said).toContain("5432:5432: publishes a database's port");
    expect(done.said).toContain("dc.prod.yml: name: other");
    expect(done.said).toContain("refused: theme: submodules, which a delivery does not fetch");
    expect(done.said).toContain("refused: tour.mp4: kept by Git LFS");
    await serves("one");
    await quay.onHost("cd /root/work/shop && git rm -q --cached theme && rmdir theme");
    await quay.commit("shop", { ".gitattributes": null, "tour.mp4": null });
    await mended("two");
  });

  it("says why an image could not be built", async () => {
    const done = await deploy({
      Dockerfile: `${good.Dockerfile!}RUN echo no such module; exit 7\n`,
    });
    expect(done.code).toBe(1);
    expect(done.said).toContain("the image of nginx could not be built");
    expect(done.said).toContain("no such module");
    expect(done.said).toMatch(/nothing was touched: [0-9a-f]{12} serves on\n$/);
    await serves("two");
    expect((await quay.history("shop")).at(-1)).toMatchObject({ verdict: "failed" });
  });

  it.each([
    [
      "answers 500",
      version("bad").replace('BROKEN = "one", False', "").replace(", False", ", True"),
      "/healthz answers 500 to shop.example.org after 6 s",
    ],
    [
      "ends",
      "print('no settings module')\nraise SystemExit(3)\n",
      "nginx ends and is started again",
    ],
  ])("brings the old version back where the new one %s", async (_, text, why) => {
    const done = await deploy({ ...good, "app.py": text });
    expect(done.code).toBe(1);
    expect(done.said).toContain(why);
    expect(done.said).toMatch(/restored: [0-9a-f]{12} serves again/);
    if (why.includes("ends")) expect(done.said).toContain("nginx: no settings module");
    await serves("two");
    expect((await quay.history("shop")).at(-1)).toMatchObject({ verdict: "restored" });
  });

  it("takes no redirect for health", async () => {
    const declared = { ...shop, health: { path: "/moved", seconds: 2 } };
    await quay.converge({ deliveries: [declared] });
    const done = await deploy({ ...good, "app.py": version("moved") });
    await quay.converge();
    expect(done.said).toContain("/moved answers 302");
    expect(done.said).toContain("a redirect is no health");
    // Asked in the same way, the old version is not well either: it runs, and it is said.
    expect(done.code).toBe(1);
    await mended("three");
  });

  it("brings the old version back where a service that has to end well does not", async () => {
    const done = await deploy({
      "docker-compose.yml": compose.replace("echo migrated", "echo no table; exit 4"),
    });
    expect(done.code).toBe(1);
    expect(done.said).toContain("migrate: no table");
    expect(done.said).toMatch(/restored: /);
    await serves("three");
  });

  it("waits no longer than was said for one that others wait for, however silent Compose is", async () => {
    const wait = `      migrate:\n        condition: service_completed_successfully\n`;
    expect(compose).toContain(wait);
    const done = await deploy({
      ...good,
      "docker-compose.yml": compose
        .replace(wait, `${wait}      late:\n        condition: service_healthy\n`)
        .replace(
          "volumes:\n  data:",
          `  late:
    image: quay:1
    command: ["sleep", "1000000"]
    stop_signal: SIGKILL
    healthcheck: { test: ["CMD", "false"], interval: 1s, retries: 1000 }
volumes:
  data:`,
        ),
    });
    expect(done.code).toBe(1);
    expect(done.said).toContain("late did not start within 16 s");
    expect(done.said).toMatch(/restored: [0-9a-f]{12} serves again/);
    await serves("three");
  });

  it("refuses what would not fit on the disk", async () => {
    await quay.onHost("mount -t tmpfs -o size=4m none /srv/berth/.next");
    const done = await deploy({ ...good, "app.py": version("large") });
    await quay.onHost("umount /srv/berth/.next");
    expect(done.code).toBe(65);
    expect(done.said).toMatch(
      /\/srv\/berth\/\.next: \d+ MB are free, and this delivery needs 128 MB/,
    );
    await serves("three");
  });

  it("never writes over files that were made on the machine", async () => {
    await quay.onHost(
      "mkdir -p /srv/berth/shop/media && echo mine >/srv/berth/shop/media/logo.png",
    );
    const done = await deploy({ ...good, "media/logo.png": "theirs" });
    expect(done.code).toBe(65);
    expect(done.said).toContain("/srv/berth/shop/media/logo.png: was changed on this machine");
    expect(await quay.onHost("cat /srv/berth/shop/media/logo.png")).toBe("mine\n");
    await quay.commit("shop", { "media/logo.png": null });
    await mended("four");
    expect(await quay.onHost("cat /srv/berth/shop/media/logo.png")).toBe("mine\n");
  });

  it("gives up a broken version beside the one that serves, where the two may run at once", async () => {
    const containers = () =>
      quay.onHost(
        "docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.RunningFor}}' --filter label=com.docker.compose.project=twin | cut -d' ' -f1,2 | sort",
      );
    await quay.commit("twin", layered);
    expect(await quay.site("deploy twin")).toMatchObject({ code: 0 });
    const before = await containers();
    await quay.onHost(
      "docker run -d --name left-over --label berth.trial=twin quay:1 sleep 1000000",
    );
    await quay.commit("twin", {
      ...layered,
      "app.py": version("bad").replace(", False", ", True"),
    });
    const broken = await quay.site("deploy twin");
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(
      /trial: app beside [^]*failed: app says of itself that it is unhealthy\n {2}app: [^]*nothing was touched: [0-9a-f]{12} serves on/,
    );
    expect(await containers()).toBe(before);
    expect(await quay.onHost("docker ps -aq --filter label=berth.trial")).toBe("");
    await quay.commit("twin", { ...layered, "app.py": version("better") });
    expect(await quay.site("deploy twin")).toMatchObject({ code: 0 });
    expect(await quay.visit(18_017, "twin")).toMatchObject({ version: "better" });
    expect(await quay.onHost("docker ps -aq --filter label=berth.trial")).toBe("");
  });

  it("takes one delivery at a time, and goes on when who began it is gone", async () => {
    await quay.commit("shop", {
      ...good,
      Dockerfile: `${good.Dockerfile!}RUN sleep 4\n`,
      "app.py": version("five"),
    });
    await quay.exec("timeout -s KILL 2 berth-site deploy shop --by ana");
    const second = await quay.site("deploy shop");
    expect(second.code).toBe(65);
    expect(second.stderr).toMatch(
      /a delivery is at work already \(\w+ by ana since .*\); see it: berth-site watch shop/,
    );
    const watched = await quay.site("watch shop");
    expect(watched, watched.stdout).toMatchObject({ code: 0 });
    expect(watched.stdout).toMatch(/by ana since[^]*build: nginx[^]*delivered: /);
    await serves("five");
    expect(await quay.site("watch shop")).toMatchObject({ code: 0 });
  });

  it("is repaired by the next one when the machine went down in the middle", async () => {
    const slow = version("bad").replace(
      "http.server.Threading",
      "import time; time.sleep(600)\nhttp.server.Threading",
    );
    await quay.commit("shop", { ...good, "app.py": slow });
    await quay.onHost(
      "systemd-run --quiet berth-site deploy shop; timeout 60 sh -c 'until [ -e /var/lib/berth/sites/shop/begun ] && [ $(docker ps -q --filter name=shop-nginx | wc -l) = 1 ] && ! curl -so /dev/null 127.0.0.1:18016; do sleep 0.2; done'",
    );
    await quay.yard.machines.stop(quay.id);
    await quay.yard.machines.start(quay.id);
    await quay.yard.machines.ready(quay.id, "booted");
    await quay.onHost("timeout 60 sh -c 'until docker info >/dev/null 2>&1; do sleep 0.2; done'");
    const { cutOff, commit } = JSON.parse(await quay.onHost("berth-site status shop")) as {
      cutOff: boolean;
      commit: string;
    };
    expect(cutOff).toBe(true);
    expect((await quay.site("watch shop")).stdout).toContain(
      "failed: the delivery was cut off before its end",
    );
    const again = await quay.site("deploy shop");
    expect(again.stdout).toMatch(/was cut off; this one repairs what it left[^]*restored: /);
    expect(again.stdout).toContain(`restored: ${commit.slice(0, 12)} serves again`);
    await serves("five");
    await mended("six");
  });
});

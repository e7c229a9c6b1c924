import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { evidenceScript } from "../../components/machine/questions";
import { statuses } from "../../components/machine/script";
import { Authority, together } from "./certificates";
import { takeOverTests } from "./by-hand-suite";
import { site } from "./front";
import { factsOf, judge, names } from "./judged";
import { application, delivery, project, Quay } from "./quay";
import { jobsTests } from "./jobs-suite";
import { refreshTests } from "./refresh-suite";
import { underLoad } from "./visits";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const version = (name: string) => application.replace('"one"', `"${name}"`);

describe("a project's site on its node", () => {
  const quay = new Quay();
  const authority = new Authority("an authority that visitors trust");
  const ci = quay.yard.ground.key("ci");
  const shop = delivery("shop", 18_016, { jobs: { ci: ci.public } });
  const kmc = delivery("kmc", 18_015, { environment: "stage", branch: "develop" });
  let first: string;
  const deploy = async (command: string) => {
    const done = await quay.site(command);
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    return done.stdout;
  };

  beforeAll(async () => {
    quay.sites = [
      site("kmc", 18_015),
      site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] }),
    ];
    await quay.open([kmc, shop]);
    first = await quay.commit("shop", project("shop"));
  });
  afterAll(async () => {
    authority.remove();
    await quay.yard.clear();
  });

  it("is delivered by one command, and answers on its port and through the proxy (R43, R65)", async () => {
    const pem = together(authority.issue(["shop.example.org"]));
    await quay.onHost("berth-proxy certificate shop >/dev/null", pem);
    const said = await deploy("deploy shop --by ana");
    expect(said).toContain("through the proxy: shop.example.org answers 200");
    expect(said).toMatch(/warning: dc\.prod\.yml: services\.nginx\.ports: 80:8000/);
    expect(await quay.visit(18_016, "shop")).toMatchObject({
      version: "one",
      rows: 0,
      proto: null,
    });
    const [entry] = await quay.history("shop");
    expect(entry).toMatchObject({ commit: first, verdict: "delivered", by: "ana" });
    const listening = await quay.onHost("ss -Hltn");
    expect(listening).toMatch(/127\.0\.0\.1:18016 /);
    expect(listening).not.toMatch(/0\.0\.0\.0:(18016|8000) /);
  });

  it("changes nothing at the second converge, and nothing of it is taken for somebody's", async () => {
    const again = await quay.converge({}, { check: true });
    expect(again, again.stdout).toMatchObject({ code: statuses.done });
    const declared = { sites: quay.sites, deliveries: quay.deliveries };
    const said = await quay.onHost("bash -s", evidenceScript(quay.yard.declaration(declared)));
    const found = said.split("\n").filter((line) => /site|sudoers|berth|python/.test(line));
    expect(found).toEqual([]);
  });

  it("gives way to the next version without a failed request, and comes back (R57)", async () => {
    await quay.write(18_016, "shop");
    await quay.commit("shop", { "app.py": version("two"), "migrations/2.py": "" });
    const asked = { host: "shop.example.org", path: "/", tls: true };
    const load = await underLoad(quay.address, asked, async () => {
      const said = await deploy("deploy shop");
      expect(said).toContain("schema: changes with this version: migrations/2.py");
      expect(said).not.toContain("requests do not wait");
    });
    expect(load.failed).toEqual([]);
    const { rows } = await quay.visit(18_016, "shop");
    expect(rows).toBeGreaterThan(0);
    const said = await deploy("rollback shop --by ana");
    expect(said).toMatch(/schema: may have changed since [0-9a-f]{12}, .*: migrations\/2\.py/);
    expect(await quay.visit(18_016, "shop")).toMatchObject({ version: "one", rows });
    expect((await quay.history("shop")).at(-1)).toMatchObject({ commit: first, by: "ana" });
  });

  it("gives secrets byte for byte, whatever way they are asked for", async () => {
    const secrets = {
      DB_PASSWORD: "pa$Kx9w0rd",
      API_HASH: "$2b$10$abcdefghijklmnopqrstuv",
      SMTP_PASSWORD: "half #visible",
      SIGNING: `it's "quoted" \\n not a newline`,
      TEMPLATE: "${HOME}-${UNSET:-x}",
      PADDED: "  ends with two spaces  ",
      PEM: "-----BEGIN\nab'c\\\n-----END\n",
    };
    const names = Object.keys(secrets);
    quay.deliveries = [kmc, { ...shop, secrets: names }];
    expect((await quay.converge()).code).toBe(statuses.done);
    const lacking = await quay.site("deploy shop");
    expect(lacking.code).toBe(65);
    for (const name of names)
      expect(lacking.stdout).toContain(`${name}: is declared, and no value`);
    const kept = await quay.site("secrets shop", JSON.stringify(secrets));
    expect(kept.stdout).toContain("takes effect with the next delivery");
    const compose = project("shop")["docker-compose.yml"]!;
    await quay.commit("shop", {
      "docker-compose.yml": compose
        .replace(
          "    environment:\n",
          "    env_file: .env\n    secrets: [API_HASH, PEM]\n    environment:\n      COPY: ${TEMPLATE}\n",
        )
        .concat("secrets:\n  API_HASH: {environment: API_HASH}\n  PEM: {file: ./secrets/PEM}\n"),
    });
    const said = await deploy("deploy shop");
    expect(said).not.toContain("variable is not set");
    const { sums, files } = await quay.visit(18_016, "shop");
    for (const [name, value] of Object.entries(secrets)) expect(sums[name]).toBe(sha256(value));
    expect(sums.COPY).toBe(sha256(secrets.TEMPLATE));
    expect(files).toEqual({ API_HASH: sha256(secrets.API_HASH), PEM: sha256(secrets.PEM) });
    const told = await quay.onHost(
      "cat /var/lib/berth/sites/shop/{history.jsonl,delivery.log,current,last-*}; journalctl --no-pager -o cat",
    );
    for (const value of Object.values(secrets)) expect(told).not.toContain(value);
    expect(await quay.onHost("stat -c '%a %U' /srv/berth/shop/.env")).toBe("600 site-shop\n");
    const ids = "docker ps -q --no-trunc | sort";
    const before = await quay.onHost(ids);
    await deploy("deploy shop");
    expect(await quay.onHost(ids)).toBe(before);
  });

  it("gives a rotated secret to who has it as a file, with the next delivery", async () => {
    const kept = JSON.parse(
      await quay.onHost("cat /var/lib/berth/sites/shop/secrets.json"),
    ) as object;
    const done = await quay.site("secrets shop", JSON.stringify({ ...kept, PEM: "another" }));
    expect(done.stdout).toBe("shop: changed: PEM; it takes effect with the next delivery\n");
    await deploy("deploy shop");
    expect((await quay.visit(18_016, "shop")).files?.PEM).toBe(sha256("another"));
  });

  it("is delivered from stage's own branch beside the other one", async () => {
    const lacking = await quay.site("deploy kmc");
    expect(lacking.code).toBe(1);
    expect(lacking.stdout).toContain("git@git.example:kmc.git cannot be read");
    await quay.commit("kmc", project("kmc"), "A site", "develop");
    await deploy("deploy kmc --first");
    expect(await quay.visit(18_015, "kmc")).toMatchObject({ version: "one" });
    expect(await deploy("deploy kmc --first")).toContain("nothing is changed");
    const { sites } = JSON.parse(await quay.onHost("berth-site status")) as {
      sites: { slug: string; verdict: string; running: boolean }[];
    };
    expect(sites).toMatchObject([
      { slug: "kmc", verdict: "delivered", running: true },
      { slug: "shop", verdict: "delivered", running: true },
    ]);
  });

  takeOverTests(quay, deploy);

  it("says the key by which a private repository lets it in, and then comes in by it alone", async () => {
    await quay.commit("private", project("private"));
    await quay.onHost(`useradd --create-home --shell /usr/bin/git-shell git
      usermod --password '*' git && install -d -o git -m 700 /home/git/.ssh && mkdir -p /run/sshd
      ssh-keygen -q -t ed25519 -N '' -f /root/forge_key
      printf '%s\\n' 'Port 2222' 'ListenAddress 127.0.0.1' 'HostKey /root/forge_key' 'PidFile none' 'AllowUsers git' 'PasswordAuthentication no' >/root/forge_sshd
      systemd-run --quiet --unit=forge-sshd /usr/sbin/sshd -D -f /root/forge_sshd`);
    const repository = "ssh://git@127.0.0.1:2222/srv/git/private.git";
    quay.deliveries = [...quay.deliveries, delivery("private", 18_020, { repository })];
    await quay.converge();
    const said = await deploy("deploy private --first");
    expect(said).toMatch(/private: is not delivered yet: [^]*Permission denied/);
    const key = /^ +(ssh-ed25519 \S+ \S+)$/m.exec(said)![1]!;
    expect((await quay.site("key private")).stdout.trim()).toBe(key);
    await quay.onHost(
      "cat >/home/git/.ssh/authorized_keys && chown git /home/git/.ssh/authorized_keys",
      `restrict ${key}\n`,
    );
    await deploy("deploy private --first");
    expect(await quay.visit(18_020, "private")).toMatchObject({ version: "one" });
    const before = await quay.onHost("cat /srv/berth/private.git/known_hosts");
    await quay.onHost(`rm /root/forge_key*; ssh-keygen -q -t ed25519 -N '' -f /root/forge_key
      systemctl restart forge-sshd 2>/dev/null || systemd-run --quiet --unit=forge-sshd /usr/sbin/sshd -D -f /root/forge_sshd`);
    const changed = await quay.site("deploy private");
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatch(/Host key verification failed/);
    expect(await quay.onHost("cat /srv/berth/private.git/known_hosts")).toBe(before);
  });

  it("keeps the images of five versions, and no more", async () => {
    for (const version of ["a", "b", "c", "d", "e", "f"]) {
      await quay.commit("bakery", { "app.py": application.replace('"one"', `"${version}"`) });
      await deploy("deploy bakery");
    }
    const kept = await quay.onHost("docker image ls --format '{{.Tag}}' berth/bakery-nginx | sort");
    const delivered = (await quay.history("bakery")).map(({ commit }) => commit.slice(0, 12));
    expect(kept.trim().split("\n")).toEqual([...new Set(delivered)].slice(-5).sort());
  });

  it("reads the files of public projects as the tests of the lint have them", async () => {
    // A third of them: Compose takes its time.
    const some = names.filter((_, index) => index % 3 === 0);
    const files = Object.fromEntries(
      some.flatMap((name) =>
        Object.entries(factsOf(name).texts).map(([file, text]) => [`${name}/${file}`, text]),
      ),
    );
    const write = `import json, os, sys
for path, text in json.load(sys.stdin).items():
    path = "/srv/berth/" + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(text)`;
    await quay.onHost(`python3 -c '${write}'`, JSON.stringify(files));
    const said = await quay.onHost(
      `for name in ${some.join(" ")}; do berth-site lint /srv/berth/$name --env prod --json || true; done`,
    );
    const here = said.trim().split("\n");
    for (const [index, name] of some.entries()) {
      const { problems, web } = judge(factsOf(name));
      expect(JSON.parse(here[index]!)).toEqual({ problems, web });
    }
  });

  refreshTests(quay, deploy);

  it("lets people look into it", async () => {
    const logs = await quay.site("logs shop migrate --tail 3");
    expect(logs.stdout).toMatch(/migrate-1.*migrated/);
    const ran = await quay.site("exec shop nginx -- python3 -c 'print(6*7)'");
    expect(ran.stdout).toBe("42\n");
    const absent = await quay.site("exec shop web -- true");
    expect(absent).toMatchObject({ code: 65 });
    expect(absent.stderr).toContain("web: does not run in shop; these do: db, nginx");
  });

  it("takes a commit outside production's branch with a reason alone, which is kept (R48)", async () => {
    const commit = await quay.commit("shop", { "app.py": version("hotfix") }, "Hotfix", "hotfix");
    const refused = await quay.site("deploy shop --ref hotfix");
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.stdout).toContain("is not on master, and production takes no other (R48)");
    await deploy("deploy shop --ref hotfix --reason 'payment is down'");
    const last = (await quay.history("shop")).at(-1);
    expect(last).toMatchObject({ commit, why: "payment is down" });
  });

  jobsTests(quay, ci);
});

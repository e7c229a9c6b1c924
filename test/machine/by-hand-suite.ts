import { expect, it } from "vitest";

import { application, delivery, project, type Quay } from "./quay";

/** Sites that people started on a machine, and that Berth delivers from now on. `deploy` expects a delivery to work out. */
export function takeOverTests(quay: Quay, deploy: (command: string) => Promise<string>): void {
  it("takes over what was started by hand, with its name, its volumes and its files", async () => {
    const files = project("old");
    const compose = files["docker-compose.yml"]!.replace(
      "- data:/data\n",
      "- data:/data\n      - ./media:/media\n",
    );
    await quay.commit("old", { ...files, "docker-compose.yml": compose });
    await quay.onHost(`git clone -q git@git.example:old.git /opt/legacy && cd /opt/legacy
      sed s/80:8000/18017:8000/ dc.prod.yml >docker-compose.override.yml
      mkdir media && echo mine >media/upload && docker compose up -d --build 2>&1
      until curl -sSo /dev/null http://127.0.0.1:18017; do sleep 0.2; done 2>/dev/null`);
    await quay.write(18_017, "old");
    quay.deliveries = [...quay.deliveries, delivery("old", 18_017)];
    await quay.converge();
    const renamed = await quay.site("deploy old");
    expect(renamed).toMatchObject({ code: 65 });
    expect(renamed.stdout).toContain("this repository runs here already, as legacy in /opt/legacy");
    await quay.commit("old", { "docker-compose.yml": `name: legacy\n${compose}` });
    const beside = await quay.site("deploy old");
    expect(beside).toMatchObject({ code: 65 });
    const fix = /\/opt\/legacy\/media holds the files of \/media, .* bring them \((.*)\)/;
    expect(beside.stdout).toMatch(fix);
    expect(await quay.visit(18_017, "old")).toMatchObject({ rows: 1 });
    await quay.onHost(fix.exec(beside.stdout)![1]!);
    await deploy("deploy old --ref master");
    expect(await quay.visit(18_017, "old")).toMatchObject({ rows: 1 });
    expect(await quay.onHost("docker exec legacy-nginx-1 cat /media/upload")).toBe("mine\n");
    expect(await quay.onHost("docker volume ls -q | grep -E '^(old|legacy)_'")).toBe(
      "legacy_data\nlegacy_pgdata\n",
    );
  });

  it("gives no project the name, and with it the data, of another one that runs here", async () => {
    const there = () =>
      quay.onHost("docker ps -q --no-trunc --filter label=com.docker.compose.project | sort");
    await quay.onHost(
      `mkdir /opt/club && cd /opt/club && git init -q && git remote add origin https://git.example/else.git
      cat >compose.yml && docker compose up -d 2>&1
      mkdir -p /opt/copied/guild && cp compose.yml /opt/copied/guild && cd /opt/copied/guild && docker compose up -d 2>&1`,
      'services: {site: {image: "quay:1", command: ["sleep", "1000000"], stop_signal: SIGKILL}}',
    );
    const before = await there();
    const base = (slug: string) => project(slug)["docker-compose.yml"]!;
    const sites = { club: 18_020, guild: 18_021, second: 18_022, third: 18_023 };
    for (const slug of Object.keys(sites)) await quay.commit(slug, project(slug));
    // An instance of a product whose Compose file names it, and one that names its volume alone.
    await quay.commit("second", { "docker-compose.yml": `name: shop\n${base("second")}` });
    await quay.commit("third", {
      "docker-compose.yml": base("third").replace("  pgdata:\n", "  pgdata: {name: shop_pgdata}\n"),
    });
    const others = Object.entries(sites).map(([slug, port]) => delivery(slug, port));
    const { deliveries } = quay;
    quay.deliveries = [...deliveries, ...others];
    await quay.converge();
    for (const [slug, said] of [
      ["club", "club: another project runs here under this name, from /opt/club"],
      ["guild", "guild: another project runs here under this name, from /opt/copied/guild"],
      ["second", "docker-compose.yml: name: shop: is the name of shop on this machine"],
      ["third", "docker-compose.yml: volumes: shop_pgdata: of shop on this machine"],
    ] as const) {
      const done = await quay.site(`deploy ${slug}`);
      expect(done, done.stdout).toMatchObject({ code: 65 });
      expect(done.stdout).toContain(said);
    }
    expect(await there()).toBe(before);
    await quay.onHost("docker compose -p club down 2>&1; docker compose -p guild down 2>&1");
    quay.deliveries = deliveries;
  });

  it("takes over one after the other what was started by hand, at the commit that runs", async () => {
    const sites = { bakery: 18_018, dentist: 18_019 };
    for (const [slug, port] of Object.entries(sites)) {
      const ran = await quay.commit(slug, project(slug));
      // The second as the first Compose named containers: dentist_db_1.
      const how = slug === "dentist" ? "--compatibility" : "";
      await quay.onHost(`git clone -q git@git.example:${slug}.git /home/${slug} && cd /home/${slug}
        sed s/80:8000/${port}:8000/ dc.prod.yml >docker-compose.override.yml
        docker compose ${how} up -d --build 2>&1
        until curl -sSo /dev/null http://127.0.0.1:${port}; do sleep 0.2; done 2>/dev/null`);
      await quay.write(port, slug);
      await quay.write(port, slug);
      const next = await quay.commit(slug, { "app.py": application.replace('"one"', '"two"') });
      quay.deliveries = [...quay.deliveries, delivery(slug, port)];
      await quay.converge();
      const unasked = await quay.site(`deploy ${slug}`);
      expect(unasked).toMatchObject({ code: 65 });
      expect(unasked.stdout).toContain(
        `${slug} runs here at ${ran.slice(0, 12)}, and ${next.slice(0, 12)} is the newest of master`,
      );
      await deploy(`deploy ${slug} --ref ${ran}`);
      expect(await quay.visit(port, slug)).toMatchObject({ version: "one", rows: 2 });
      expect(
        await quay.onHost(
          `docker ps -a --format '{{.Names}}' --filter label=com.docker.compose.project=${slug} | sort; docker volume ls -q | grep '^${slug}_'`,
        ),
      ).toBe(
        `${["db", "migrate", "nginx"].map((name) => `${slug}-${name}-1`).join("\n")}\n${slug}_data\n${slug}_pgdata\n`,
      );
      await deploy(`deploy ${slug}`);
      expect(await quay.visit(port, slug)).toMatchObject({ version: "two", rows: 2 });
    }
    expect(await quay.visit(18_017, "old")).toMatchObject({ rows: 1 });
  });
}

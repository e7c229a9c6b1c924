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

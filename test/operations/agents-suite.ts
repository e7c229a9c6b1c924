import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";

import { main as integrate } from "../../operations/integrate/integrate";
import { JenkinsDouble } from "../../packages/local-cloud/services/jenkins/jenkins";
import type { Harbour } from "./harbour";

/** An image of what the machine has itself, in the place of Jenkins' own: it waits, whatever it is told. */
const image = `set -e
image=/root/agent-image
mkdir -p $image/usr/bin $image/usr/lib $image/usr/lib64 $image/tmp $image/run $image/home/jenkins/agent
ln -sfn usr/bin $image/bin; ln -sfn usr/lib $image/lib; ln -sfn usr/lib64 $image/lib64
for name in sh dash cat cmp chown mv rm sleep; do
  cp -L /usr/bin/$name $image/usr/bin/
  for file in $(ldd /usr/bin/$name | grep -o '/lib[^ :]*' | sort -u); do cp -L --parents "/usr$file" $image; done
done
tar -C $image -c . | docker import --change 'ENTRYPOINT ["sh", "-c", "exec sleep 100000"]' - agent:1 >/dev/null
rm -r $image`;

/** What must be so of a machine that has an agent of Jenkins (R51). */
export function agents(harbour: Harbour): void {
  describe("agents", () => {
    const { jenkins } = harbour;
    const double = new JenkinsDouble();
    const declare = (has: boolean) => {
      harbour.declare({});
      const edit = (name: string, change: (config: Record<string, unknown>) => void) => {
        const file = join(harbour.project, name);
        const content = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
        change(content.config);
        writeFileSync(file, stringify(content));
      };
      edit("Pulumi.yaml", (config) => {
        const agency = config["berth:agency"] as { value: object };
        agency.value = {
          ...agency.value,
          jenkins: {
            repository: "git@git.example:fleet.git",
            agents: { address: double.address, image: "agent:1" },
          },
        };
      });
      if (has)
        edit(
          "Pulumi.prod.yaml",
          (config) => (config["berth:nodes"] = { alpha: { jenkins: "agent" } }),
        );
    };
    const run = async (...argv: string[]) => {
      const variables = double.env();
      const env = harbour.env(jenkins);
      Object.assign(env, variables);
      return harbour.berthIn(env, ["agents", ...argv]);
    };
    const own = () =>
      [...double.agents.all().keys()].filter((name) => name.startsWith("prod-alpha-"));
    const inspect = (format: string) =>
      harbour.on("alpha", `docker inspect -f '${format}' berth-agent 2>/dev/null || echo none`);

    beforeAll(async () => {
      await double.open();
      double.agents.byHand("build-1");
      declare(true);
      await harbour.on("alpha", image);
    });
    afterAll(async () => {
      await harbour.on("alpha", "docker rmi agent:1 >/dev/null");
      harbour.declare({});
      await double.close();
    });

    it("makes it on Jenkins and in a container without rights, its secret in no argument", async () => {
      expect(await run("--check")).toMatchObject({ code: 2 });
      const made = await run();
      expect(made, made.out + made.said).toMatchObject({ code: 0 });
      expect(made.out).toMatch(/^prod-alpha-[0-9a-f]{12}: made, takes alpha-prod$/m);
      const [name] = own();
      expect(double.agents.all().get(name!)).toMatchObject({
        labels: ["alpha-prod"],
        mode: "EXCLUSIVE",
      });
      const secret = double.agents.secretOf(name!);
      const kept = await harbour.on(
        "alpha",
        "cat /var/lib/docker/volumes/berth-agent/_data/secret",
      );
      expect(kept).toBe(secret);
      expect(await inspect("{{.HostConfig.Privileged}} {{.HostConfig.CapDrop}}")).toBe(
        "false [ALL]\n",
      );
      // Docker tells them in any order.
      const binds = JSON.parse(await inspect("{{json .HostConfig.Binds}}")) as string[];
      expect(binds.sort()).toEqual([
        "berth-agent-work:/home/jenkins/agent",
        "berth-agent:/run/agent:ro",
      ]);
      const seen = await harbour.on(
        "alpha",
        "docker inspect berth-agent; ps -eo args; journalctl --no-pager -o cat",
      );
      expect(seen).not.toContain(secret);
      expect(made.out + made.said).not.toContain(secret);
      const status = await harbour.berth(["status", "alpha"], jenkins);
      expect(status, status.out).toMatchObject({ code: 0 });
    });

    it("changes nothing the second time, and gives another name and secret when it is renewed", async () => {
      const id = await inspect("{{.Id}}");
      expect((await run()).out).toMatch(/: as declared, takes alpha-prod$/m);
      expect(await inspect("{{.Id}}")).toBe(id);
      expect((await run("--check")).code).toBe(0);
      const [before] = own();
      expect((await run("--renew", "alpha")).code).toBe(0);
      expect(own()).toEqual([`${before}-2`]);
      const kept = await harbour.on(
        "alpha",
        "cat /var/lib/docker/volumes/berth-agent/_data/secret",
      );
      expect(kept).toBe(double.agents.secretOf(`${before}-2`));
    });

    it("is made and taken away by what pulumi up calls, of this machine alone", async () => {
      const { address, hostKey } = harbour.published["prod"]!.nodes["alpha"]!;
      const about = JSON.stringify({
        ...{ stack: "prod", node: "alpha", address, hostKey },
        agents: { address: double.address, image: "agent:1" },
      });
      const called = async (...argv: string[]) => {
        let said = "";
        const say = (text: string) => void (said += `${text}\n`);
        const env = { ...harbour.env(jenkins), ...double.env() };
        const context = { ...harbour.context(env), say, out: say };
        const code = await integrate(context, [...argv, "agent"], () => about);
        return { code, said };
      };
      const kept = await called();
      expect(kept, kept.said).toMatchObject({ code: 0 });
      expect(kept.said).toMatch(/: as declared, takes alpha-prod$/m);
      const gone = await called("--end");
      expect(gone, gone.said).toMatchObject({ code: 0 });
      expect([...double.agents.all().keys()]).toEqual(["build-1"]);
      expect((await inspect("{{.Id}}")).trim()).toBe("none");
      const made = await called();
      expect(made, made.said).toMatchObject({ code: 0 });
      expect(own()).toHaveLength(1);
      expect(made.said).not.toContain(double.agents.secretOf(own()[0]!));
    });

    it("takes it away from Jenkins and from the machine once nobody declares it, and none that people made", async () => {
      declare(false);
      const done = await run();
      expect(done, done.out + done.said).toMatchObject({ code: 0 });
      expect([...double.agents.all().keys()]).toEqual(["build-1"]);
      expect((await inspect("{{.Id}}")).trim()).toBe("none");
      expect(await harbour.on("alpha", "docker volume ls -q | grep -c berth-agent || :")).toBe(
        "0\n",
      );
    });
  });
}

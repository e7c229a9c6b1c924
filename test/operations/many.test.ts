import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/context";
import { publicKey } from "../spec/fixture";

/**
 * Fifty machines behind an `ssh` that answers as they would: what is tested is who is visited, how
 * many at once, and what is told of those that do not answer.
 */
describe("off-boarding from fifty machines", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-many-"));
  const slugs = Array.from({ length: 50 }, (_, index) => `site${index}`);
  const deployer = publicKey(40, "ci");
  let out = "";

  const script = (name: string, text: string) =>
    fs.writeFileSync(path.join(directory, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  const file = (name: string, content: unknown) =>
    fs.writeFileSync(path.join(directory, name), stringify(content));

  beforeAll(() => {
    script("ssh-add", `echo '${deployer}'`);
    script(
      "ssh",
      `for word; do case $word in *@*) to=$word; break ;; esac; done
echo "+ $to" >>${directory}/log
sleep 0.2
script=$(cat)
case $to in
  *.49) echo 'ssh: connect to host port 22: No route to host' >&2; code=255 ;;
  sam@*) echo 'Permission denied (publickey).' >&2; code=255 ;;
  *) case $script in
      *MEMBER=*) printf 'known: yes\\naccount: 1001\\nend: yes\\n' ;;
      *) echo 'berth: 1 changed, 0 failed, 0 notes' ;;
    esac; code=0 ;;
esac
echo "- $to" >>${directory}/log
exit $code`,
    );
    const projects = slugs.map((slug) => [
      slug,
      { domain: `${slug}.acme.dev`, access: ["ana"], backup: { database: "none" } },
    ]);
    const agency = {
      name: "acme",
      domains: ["acme.dev"],
      zones: { "acme.dev": "a".repeat(32) },
      awsAccount: "413528927365",
    };
    const team = { members: { ana: { keys: [publicKey(41)] } }, deployers: { ci: deployer } };
    file("Pulumi.yaml", {
      name: "many",
      config: { "berth:agency": { value: agency }, "berth:team": { value: team } },
    });
    file("Pulumi.prod.yaml", { config: { "berth:projects": Object.fromEntries(projects) } });
  });
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  it("visits them side by side, and goes on past the one that is dead", async () => {
    const context: Context = {
      directory,
      env: { PATH: `${directory}:${process.env["PATH"]}` },
      now: new Date("2026-11-21T12:00:00Z"),
      out: (text) => void (out += text),
      say: (text) => void (out += text),
      keys: (fleet) => fleet,
      published: () =>
        Promise.resolve({
          nodes: Object.fromEntries(
            slugs.map((slug, index) => [
              slug,
              { address: `192.0.2.${index}`, hostKey: publicKey(42), projects: [slug] },
            ]),
          ),
          interrupted: [],
        }),
    };
    const code = await berth(context, ["offboard", "sam", "--parallel", "10"]);
    expect(code, out).toBe(1);
    expect(out).toContain("proven on 49 of 50 machines");
    expect(out.match(/ UNPROVEN /g)).toHaveLength(1);
    expect(out).toMatch(/^prod\/site49 +192\.0\.2\.49 +UNPROVEN +not reached: .*No route to host/m);

    const log = fs.readFileSync(path.join(directory, "log"), "utf8").trim().split("\n");
    let [now, most] = [0, 0];
    for (const line of log) most = Math.max(most, (now += line.startsWith("+") ? 1 : -1));
    expect(most).toBe(10);
    // Two looks, a converge and an attempt each; the dead one is asked once.
    expect(log.filter((line) => line.startsWith("+"))).toHaveLength(49 * 4 + 1);
  });
});

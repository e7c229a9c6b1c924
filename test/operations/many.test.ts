import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { publicKey } from "../stack-file/fixture";

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
sleep 0.1
looks=$(grep -c ^MEMBER=)
case $to in
  *.49) echo 'ssh: connect to host port 22: No route to host' >&2; code=255 ;;
  berth@*.48) yes 'open: a line without end'; code=0 ;;
  berth@*.47) printf 'key: ssh-ed25519 AAAA\\0x\\nopen: \\e[2J\\e]0;owned\\aprod/site1 closed\\naccount: 1001\\nend: yes\\n'; code=0 ;;
  berth@*.46) printf 'open: %070000d\\naccount: 1001\\nend: yes\\n' 0; code=0 ;;
  berth@*.45) printf 'account: half a numb'; code=0 ;;
  sam@*) echo 'Permission denied (publickey).' >&2; code=255 ;;
  *) case $looks in
      1) printf 'known: yes\\naccount: 1001\\nend: yes\\n' ;;
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

  it("visits them side by side, and goes on past the one that is dead and those that lie", async () => {
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
    expect(out).toContain("account closed on 45 of 50 machines; open on 2; not known of 3");
    expect(out.match(/ UNPROVEN /g)).toHaveLength(3);
    expect(out).toMatch(/^prod\/site48 .* UNPROVEN +said more than 4 MiB and was cut off/m);
    expect(out).toMatch(/^prod\/site47 .* OPEN +prod\/site1 closed/m);
    expect(out).toMatch(/^prod\/site46 .* OPEN +0+… \(/m);
    expect(out).toMatch(/^prod\/site45 .* UNPROVEN +did not tell all/m);
    // Nothing for a terminal to obey, and one line a machine however long its own.
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(out.length).toBeLessThan(20_000);
    expect(out).toMatch(/^prod\/site49 +192\.0\.2\.49 +UNPROVEN +not reached: .*No route to host/m);

    // The one that talks without end is killed, and notes no end.
    const text = fs.readFileSync(path.join(directory, "log"), "utf8").trim();
    const log = text.split("\n").filter((line) => !line.endsWith(".48"));
    let [now, most] = [0, 0];
    for (const line of log) most = Math.max(most, (now += line.startsWith("+") ? 1 : -1));
    expect(most).toBe(10);
    // Two looks, a converge and an attempt each; those that do not tell are asked once.
    expect(log.filter((line) => line.startsWith("+"))).toHaveLength(45 * 4 + 2 * 3 + 2);
  });
});

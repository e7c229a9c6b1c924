import { describe, expect, it } from "vitest";

import { quote } from "../../components/machine/quote";
import type { Evidence } from "../../operations/people/offboarding/evidence";
import { notLookedFor, type Traces } from "../../operations/ground/traces";
import { added, listing } from "../machine/listing";
import type { Harbour, Told } from "./harbour";
import { quietWaysToStay } from "./quiet-ways-to-stay";
import { waysToStay } from "./ways-to-stay";

/** What is read of a command's JSON. */
interface Said {
  readonly nodes: readonly { readonly traces: Traces }[];
  readonly attention: readonly string[];
  readonly machines: readonly Evidence[];
}

const read = ({ out }: Told) => JSON.parse(out) as Said;

const asRoot = (script: string) => `sudo -n bash -c ${quote(script)}`;

/** What must be so when a person leaves; shares its machines with the other commands' tests. */
export function offboarding(harbour: Harbour): void {
  describe("offboard", () => {
    const { jenkins, ana, sam } = harbour;
    const berth = (...argv: string[]) => harbour.berth(argv, jenkins);
    const shells = () => harbour.on("alpha", "pgrep -cx sleep || :");

    it("refuses as long as a stack file gives the person access, and names the lines", async () => {
      const refused = await berth("offboard", "sam");
      expect(refused).toMatchObject({ code: 1, out: "" });
      expect(refused.said).toContain("  Pulumi.yaml: berth:team.members.sam\n");
      expect(refused.said).toContain("  Pulumi.yaml: berth:team.groups.everyone");
    });

    it("ends what the person runs, closes every account, and lists what it did not reach", async () => {
      const session = harbour.as("sam", "alpha", "sleep 301");
      const asRoot = harbour.as("sam", "alpha", "sudo sh -c 'setsid sleep 302'");
      await expect.poll(shells, { timeout: 20_000 }).toBe("2\n");
      await harbour.on("gamma", "useradd --create-home helper && install -d /home/helper/.ssh");
      await harbour.on("gamma", `echo '${sam.public}' >/home/helper/.ssh/authorized_keys`);
      await harbour.machines.stop("beta", { force: true });
      harbour.declare({
        members: { ana: { keys: [ana.public] } },
        groups: { everyone: ["ana"] },
      });

      const partly = await berth("offboard", "sam");
      expect(partly.code, partly.out).toBe(1);
      expect(partly.out).toMatch(
        /^sam, 2026-11-21T12:00:00.000Z: account closed on 1 of 3 machines; open on 1; not known of 1$/m,
      );
      expect(partly.out).toMatch(/^prod\/alpha +\S+ +closed +login refused; account locked/m);
      expect(partly.out).toMatch(/^prod\/beta +\S+ +UNPROVEN +not reached: /m);
      expect(partly.out).toMatch(
        /^prod-b\/gamma +\S+ +OPEN +a key of sam is in \/home\/helper\/.ssh\/authorized_keys/m,
      );
      expect(partly.out).toContain("  [ ] AWS account 413528927365: ");
      expect(partly.out).toContain("  [ ] Jenkins: ");
      expect((await session).code).not.toBe(0);
      expect((await asRoot).code).not.toBe(0);
      expect(await shells()).toBe("0\n");
      expect(await harbour.as("sam", "alpha", "true")).toMatchObject({ code: 255 });
      expect(await harbour.as("ana", "alpha", "true")).toMatchObject({ code: 0 });
    });

    it("proves the rest when it is run again, and gives the evidence as JSON", async () => {
      await harbour.machines.start("beta");
      await harbour.machines.ready("beta");
      await harbour.on("gamma", "userdel -r helper 2>/dev/null");
      const done = await berth("offboard", "sam", "--json");
      expect(done, done.out).toMatchObject({ code: 0 });
      expect(JSON.parse(done.out)).toMatchObject({
        member: "sam",
        ok: true,
        machines: [
          { node: "prod/alpha", verdict: "closed" },
          { node: "prod/beta", verdict: "closed" },
          { node: "prod-b/gamma", verdict: "closed" },
        ],
      });
      expect(await harbour.as("sam", "beta", "true")).toMatchObject({ code: 255 });
      expect((await berth("converge", "--check")).code).toBe(0);
    });

    it("reports an account that Berth did not make, and leaves it", async () => {
      await harbour.on("gamma", "useradd --create-home contractor");
      const seen = await berth("offboard", "contractor");
      expect(seen.code).toBe(1);
      expect(seen.out).toMatch(/gamma .* OPEN .*not expired; .*Berth did not make this account/);
      expect(await harbour.on("gamma", "getent shadow contractor | cut -d: -f8")).toBe("\n");
      await harbour.on("gamma", "userdel -r contractor 2>/dev/null");
    });

    it("tells, as status does, of each way in which a person with sudo stayed", async () => {
      const members = { ana: { keys: [ana.public] }, sam: { keys: [sam.public] } };
      harbour.declare({ members, groups: { everyone: ["ana", "sam"] } });
      expect((await berth("converge")).code).toBe(0);
      const clean = await berth("status", "beta", "--json");
      expect(read(clean).nodes[0]?.traces, clean.out).toMatchObject({ open: [], found: [] });
      const [, blob] = sam.public.split(" ");
      const set = `KEY=${quote(sam.public)} BLOB=${blob}`;
      const ways = [...waysToStay, ...quietWaysToStay];
      const plant = ways.map(({ script }) => `( ${script}\n) >/dev/null 2>&1 </dev/null`);
      const planted = await harbour.as("sam", "beta", asRoot([set, ...plant].join("\n")));
      expect(planted.code, planted.stderr).toBe(0);
      await harbour.on("gamma", "usermod --login zed sam");
      const before = await listing(harbour.machines, "beta");
      const seen = read(await berth("status", "beta", "--json"));
      const told = [...seen.nodes[0]!.traces.found, ...seen.attention].join("\n");
      expect(Object.values(added(before, await listing(harbour.machines, "beta"))).flat()).toEqual(
        [],
      );
      for (const line of ["/etc/cron.d/stay", "open: account helper", "open: another sshd"]) {
        expect(told).toContain(line);
      }

      harbour.declare({ members: { ana: members.ana }, groups: { everyone: ["ana"] } });
      const left = await berth("offboard", "sam", "--json");
      expect(left.code).toBe(1);
      const evidence = read(left);
      const [alpha, beta, gamma] = evidence.machines;
      expect(alpha).toMatchObject({ verdict: "closed", found: [] });
      expect(gamma!.verdict).toBe("open");
      expect(gamma!.seen.join("\n")).toMatch(
        /account zed \(number \d+, sam's by its number\) can log/,
      );
      expect(beta!.verdict).toBe("open");
      const all = [...beta!.seen, ...beta!.found, ...beta!.repaired].join("\n");
      const missed = ways.filter(({ told: words }) => !words.test(all));
      expect(
        missed.map(({ name }) => name),
        all,
      ).toEqual([]);
      expect(evidence).toMatchObject({ ok: false, notLookedFor });
    });

    it("says so when nobody of that name ever had an account", async () => {
      const unknown = await berth("offboard", "samm");
      expect(unknown).toMatchObject({ code: 1, out: "" });
      expect(unknown.said).toContain(
        'on 3 machines, no former member is called "samm". Did you mean sam? There are: sam.',
      );
    });
  });
}

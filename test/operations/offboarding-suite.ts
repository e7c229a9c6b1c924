import { describe, expect, it } from "vitest";

import type { Harbour } from "./harbour";

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
      expect(partly.out).toMatch(/^sam, 2026-11-21T12:00:00.000Z: proven on 1 of 3 machines$/m);
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

    it("says so when nobody of that name ever had an account", async () => {
      const unknown = await berth("offboard", "samm");
      expect(unknown).toMatchObject({ code: 1, out: "" });
      expect(unknown.said).toContain(
        'on 3 machines, no former member is called "samm". Did you mean sam? There are: sam.',
      );
    });
  });
}

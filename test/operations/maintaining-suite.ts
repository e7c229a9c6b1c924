import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";

import { survey } from "../../operations/fleet/fleet";
import type { Harbour } from "./harbour";

/** A repository on a machine with one package in the place of all others: `offer NAME VERSION [FIELD]`. */
const offer = `offer() {
  mkdir -p /srv/offer/$1/DEBIAN /srv/offer/dists
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: test <t@example.org>\\nDescription: test\\n' $1 $2 >/srv/offer/$1/DEBIAN/control
  if [ $# = 3 ]; then echo "$3" >>/srv/offer/$1/DEBIAN/control; fi
  dpkg-deb --build /srv/offer/$1 /srv/offer/$1_$2.deb >/dev/null
  { cat /srv/offer/$1/DEBIAN/control
    printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' $1_$2.deb $(stat -c %s /srv/offer/$1_$2.deb) $(sha256sum /srv/offer/$1_$2.deb | cut -d' ' -f1)
  } >>/srv/offer/Packages
  . /etc/os-release
  printf 'Origin: Debian\\nLabel: Debian-Security\\nSuite: stable-security\\nCodename: %s-security\\n' $VERSION_CODENAME >/srv/offer/Release
  { echo SHA256:; printf ' %s %s Packages\\n' $(sha256sum /srv/offer/Packages | cut -d' ' -f1) $(stat -c %s /srv/offer/Packages); } >>/srv/offer/Release
}
mkdir -p /srv/offer/parts
echo 'deb [trusted=yes] file:/srv/offer ./' >/srv/offer/sources.list
# The machine's own lists stay as they are: whatever touches one is found later, as somebody's work.
echo 'Dir::Etc { sourcelist "/srv/offer/sources.list"; sourceparts "/srv/offer/parts"; }' >/etc/apt/apt.conf.d/99-offer
`;
const noOffer = `rm -rf /etc/apt/apt.conf.d/99-offer /srv/offer
  dpkg --purge berth-probe berth-other 2>/dev/null; rm -rf /var/lib/apt/lists/*; apt-get -qq update || :`;

/** What must be so of machines that are updated and boot anew; none of them serves a stage. */
export function maintaining(harbour: Harbour): void {
  describe("maintain", () => {
    const { jenkins } = harbour;
    const file = join(harbour.project, "Pulumi.yaml");
    const maintain = (...argv: string[]) => harbour.berth(["maintain", ...argv], jenkins);
    const window = (day: string) => {
      const shared = parse(readFileSync(file, "utf8")) as {
        config: Record<string, { value: object }>;
      };
      const times = { from: "11:00", until: "13:00", timeZone: "UTC" };
      const agency = {
        ...shared.config["berth:agency"]?.value,
        maintenance: { days: [day], ...times },
      };
      writeFileSync(
        file,
        stringify({ ...shared, config: { ...shared.config, "berth:agency": { value: agency } } }),
      );
    };
    /** Has a site answer from now on, and after every boot. */
    const serve = async (name: string) => {
      const { machines } = await survey(harbour.context(harbour.env(jenkins)), {});
      const port = machines.find(({ node }) => node.name === name)?.declared.sites[0]?.httpPort;
      const unit = `[Service]\nExecStart=/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /srv/empty ${port}\n[Install]\nWantedBy=multi-user.target\n`;
      await harbour.on(
        name,
        `mkdir -p /srv/empty; printf '%s' '${unit}' >/etc/systemd/system/probe.service
        systemctl enable -q --now probe.service
        for i in $(seq 100); do : <>/dev/tcp/127.0.0.1/${port} && break; sleep 0.1; done 2>/dev/null`,
      );
    };
    const wantsReboot = (name: string) =>
      harbour.on(name, "touch /run/reboot-required /run/this-boot");
    const sameBoot = (name: string) =>
      harbour.on(name, "test -e /run/this-boot && echo same || echo other");

    beforeAll(async () => {
      await Promise.all([serve("alpha"), serve("gamma")]);
      for (const name of ["alpha", "beta", "gamma"]) await wantsReboot(name);
      await harbour.on(
        "beta",
        "install -d /var/lib/berth/moves/shop; touch /var/lib/berth/moves/shop/marker",
      );
    });
    afterAll(async () => {
      for (const name of ["alpha", "gamma"])
        await harbour.on(
          name,
          "systemctl disable -q --now probe.service; rm /etc/systemd/system/probe.service",
        );
      await harbour.on("beta", "rm -r /var/lib/berth/moves/shop; rm -f /run/reboot-required");
      harbour.declare({});
    });

    it("says what is due and why, and begins with nothing outside of the window", async () => {
      window("sunday");
      const plan = await maintain("--plan");
      expect(plan, plan.out).toMatchObject({ code: 0 });
      expect(plan.out).toMatch(
        /^prod\/alpha +wants a reboot +left alone: its window is sunday 11:00-13:00 UTC$/m,
      );
      expect(plan.out).toMatch(
        /^prod\/beta +wants a reboot +left alone: a move of shop is at work$/m,
      );
      const due = await maintain("--due");
      expect(due, due.out).toMatchObject({ code: 0 });
      expect(due.out).toMatch(/^prod-b\/gamma: left alone: its window is sunday/m);
      expect(await sameBoot("gamma")).toBe("same\n");
    });

    it("stops at the first that does not come back, and names it", async () => {
      window("saturday");
      await harbour.on("gamma", "systemctl disable -q probe.service");
      const due = await maintain("--due", "--within", "15");
      expect(due, due.out).toMatchObject({ code: 1 });
      expect(due.out).toContain(
        "prod-b/gamma: did not come back: gamma does not answer as before\n",
      );
      expect(due.said).toContain("stopped at prod-b/gamma; not begun with: prod/alpha, prod/beta");
      expect(await sameBoot("gamma")).toBe("other\n");
      expect(await sameBoot("alpha")).toBe("same\n");
    });

    it("updates a machine, has it boot anew and awaits its site, and leaves one alone that moves", async () => {
      await harbour.on("gamma", "systemctl enable -q --now probe.service");
      await harbour.on(
        "alpha",
        `set -e; ${offer} offer berth-probe 1; apt-get -qq update
        apt-get -qq -y install berth-probe >/dev/null; rm /srv/offer/Packages; offer berth-probe 2; apt-get -qq update`,
      );
      const due = await maintain("--due");
      const installed = await harbour.on("alpha", "dpkg-query -W -f '${Version}' berth-probe");
      await harbour.on("alpha", noOffer);
      expect(due, due.out + due.said).toMatchObject({ code: 0 });
      expect(due.out).toContain("prod/alpha: begun: 1 update (1 security), wants a reboot\n");
      expect(due.out).toContain("prod/alpha: updated, booted anew; alpha answers\n");
      expect(due.out).toContain("prod/beta: left alone: a move of shop is at work\n");
      expect(installed).toBe("2");
      expect([await sameBoot("alpha"), await sameBoot("beta")]).toEqual(["other\n", "same\n"]);
      const after = await maintain("--plan", "alpha");
      expect(after.out).toMatch(/^prod\/alpha +nothing +-$/m);
    });

    it("installs no update that takes another package away, and says that a person must look", async () => {
      await harbour.on(
        "alpha",
        `set -e; ${offer} offer berth-probe 1; offer berth-other 1; apt-get -qq update
        apt-get -qq -y install berth-probe berth-other >/dev/null
        rm /srv/offer/Packages; offer berth-probe 2 'Conflicts: berth-other'; apt-get -qq update`,
      );
      const due = await maintain("--due", "alpha");
      const installed = await harbour.on(
        "alpha",
        "dpkg-query -W -f '${Package} ${Version};' berth-probe berth-other",
      );
      await harbour.on("alpha", noOffer);
      expect(due, due.out + due.said).toMatchObject({ code: 1 });
      expect(due.out).toContain(
        "prod/alpha: not installed, since another package would go for it: berth-probe; look there",
      );
      expect(installed).toBe("berth-other 1;berth-probe 1;");
    });

    it("is not there where a container would not start again, and says which", async () => {
      await harbour.on(
        "alpha",
        `touch /run/reboot-required; tar -C /srv -c empty | docker import - probe:1 >/dev/null
        docker run -d --name probe_1 -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro probe:1 /usr/bin/sleep 600 >/dev/null`,
      );
      const due = await maintain("--due", "alpha");
      await harbour.on(
        "alpha",
        "docker rm -f probe_1 >/dev/null; docker rmi probe:1 >/dev/null; rm /run/reboot-required",
      );
      expect(due, due.out).toMatchObject({ code: 1 });
      expect(due.out).toContain(
        "prod/alpha: left alone: probe_1 would not start again by itself (restart: no)\n",
      );
    });

    it("is what Docker's own updates wait for: none installs itself", async () => {
      const dry = await harbour.on(
        "beta",
        `set -e; ${offer} offer docker.io 99; offer containerd 99; offer runc 99; offer bash 99
        apt-get -qq update; unattended-upgrade --dry-run --debug 2>&1`,
      );
      await harbour.on("beta", noOffer);
      expect(dry).toMatch(/Packages that will be upgraded: bash$/m);
    });
  });
}

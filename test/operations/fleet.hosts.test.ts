import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agents } from "./agents-suite";
import { Harbour, type Told } from "./harbour";
import { observing } from "./observing-suite";
import { maintaining } from "./maintaining-suite";
import { offboarding } from "./offboarding-suite";

describe("berth on a fleet of booted hosts", () => {
  const harbour = new Harbour();
  const { jenkins, laptop, ana, sam } = harbour;
  const berth = (...argv: string[]): Promise<Told> => harbour.berth(argv, jenkins);
  beforeAll(() => harbour.open());
  afterAll(() => harbour.clear());

  describe("converge", () => {
    it("says that nothing differs", async () => {
      expect(await berth("converge", "--check")).toMatchObject({
        code: 0,
        out: "3 machines checked: 3 as declared\n",
      });
    });

    it("names what differs on each machine, and repairs the one that is named", async () => {
      await harbour.on("alpha", "usermod --append --groups sudo games");
      await harbour.on("gamma", "chmod 644 /etc/sudoers.d/00-berth");
      const seen = await berth("converge", "--check");
      expect(seen.code, seen.out).toBe(2);
      expect(seen.out).toMatch(/^prod\/alpha +drift +account games +in group sudo/m);
      expect(seen.out).toMatch(/^prod-b\/gamma +drift +\/etc\/sudoers.d\/00-berth +/m);
      expect(seen.out).toContain("3 machines checked: 1 as declared, 2 differ");
      expect((await berth("converge", "alpha")).out).toContain("1 machine converged: 1 changed");
      expect((await berth("converge", "--check", "--stack", "prod")).code).toBe(0);
      expect((await berth("converge", "--check", "--stack", "prod-b")).code).toBe(2);
      expect((await berth("converge")).out).toContain("2 as declared, 1 changed");
    });

    it("does the others when one machine is dead and another shows a wrong host key", async () => {
      await harbour.machines.stop("beta", { force: true });
      const gamma = harbour.at("gamma");
      harbour.published["prod-b"] = {
        nodes: { gamma: { ...gamma, hostKey: harbour.ana.public } },
      };
      await harbour.on("alpha", "touch /etc/sudoers.d/evil && chmod 440 /etc/sudoers.d/evil");
      const logins = "journalctl -u ssh -o cat | grep -c 'Accepted publickey' || :";
      const before = await harbour.on("gamma", logins);
      try {
        const done = await berth("converge");
        expect(done.code).toBe(1);
        expect(done.out).toMatch(/^prod\/alpha +changed +\/etc\/sudoers.d\/evil/m);
        expect(done.out).toMatch(/^prod\/beta +unreachable +10\.\S+ +not reached: /m);
        expect(done.out).toMatch(/^prod-b\/gamma +host-key +.*refused before anything was sent/m);
        expect(done.out).toContain("3 machines converged: 1 changed, 2 not reached");
        expect(await harbour.on("gamma", logins)).toBe(before);
        const status = await berth("status");
        expect(status.code).toBe(1);
        expect(status.out).toMatch(/^prod\/beta +\S+ +unreachable +- /m);
        expect(status.out).toMatch(/^prod-b\/gamma +\S+ +host-key +- /m);
        expect(status.out).toContain("2 things for a person:\n  prod/beta: not reached");
      } finally {
        harbour.published["prod-b"] = { nodes: { gamma } };
        await harbour.machines.start("beta");
        await harbour.machines.ready("beta");
      }
    });

    it("refuses words that name nothing, and an agent without a deployer's key", async () => {
      expect(await berth("converge", "alpa")).toMatchObject({ code: 1, out: "" });
      expect((await berth("converge", "alpa")).said).toContain("Did you mean alpha?");
      expect((await berth("converge", "--stak", "prod")).code).toBe(64);
      const keyless = await harbour.berth(["converge"], ana);
      expect(keyless).toMatchObject({ code: 1, out: "" });
      expect(keyless.said).toContain("holds none of the deployers' keys");
    });
  });

  describe("status", () => {
    it("is one table, and says when something needs a person", async () => {
      const well = await berth("status");
      expect(well, well.out).toMatchObject({ code: 0 });
      expect(well.out).toMatch(/^prod\/alpha +10\.\S+ +as declared +0 \(0 security\) +no +\d+% /m);
      expect(well.out).toMatch(/ harbour\/prod-b$/m);
      expect(well.out).toContain("Not deployed yet: prod/gamma");
      expect(well.out).toMatch(
        /\nCertificates:\n +prod\/alpha: alpha until \d{4}-\d\d-\d\d, no certificate of the edge's is asked for\n/,
      );
      const present = harbour.now;
      harbour.now = new Date(Date.now() + 380 * 86_400_000);
      const late = await berth("status", "alpha");
      harbour.now = present;
      expect(late.code).toBe(1);
      expect(late.out).toMatch(
        /prod\/alpha: the certificate of alpha ends in (19|20) days; run pulumi up/,
      );
      await harbour.on("beta", "touch /run/reboot-required; chmod 750 /home/ana/.ssh");
      const seen = await berth("status", "--json");
      expect(seen.code).toBe(1);
      const { nodes, attention } = JSON.parse(seen.out) as { nodes: object[]; attention: string[] };
      expect(nodes[1]).toMatchObject({
        node: "prod/beta",
        outcome: { kind: "drift" },
        facts: { rebootNeeded: true, owner: "harbour/prod" },
      });
      expect(attention).toHaveLength(2);
      await harbour.on("beta", "rm /run/reboot-required");
      expect((await berth("converge", "beta")).code).toBe(0);
    });

    it("says what listens and runs there that nobody declared, and where its name leads instead", async () => {
      // Who listens gives itself the name of another, and has it hold a line of the answer.
      await harbour.on(
        "beta",
        `set -e
cat >/tmp/liar.py <<'PYTHON'
import ctypes, socket, time
ctypes.CDLL(None).prctl(15, b"x\\nlistening: 0", 0, 0, 0)
one = socket.create_server(("", 5432))
time.sleep(600)
PYTHON
chmod 644 /tmp/liar.py
systemd-run --quiet --collect --unit=liar --uid=ana python3 /tmp/liar.py
timeout 20 bash -c 'until : <>/dev/tcp/127.0.0.1/5432; do sleep 0.1; done' 2>/dev/null
mkdir -p /srv/none
tar -C /srv/none -c . | docker import - miner:1 >/dev/null
docker create --name miner miner:1 x >/dev/null`,
      );
      harbour.resolver.records["beta.acme.dev"] = "203.0.113.9";
      const seen = await berth("status", "beta");
      harbour.resolver.records["beta.acme.dev"] = "edge";
      await harbour.on(
        "beta",
        "systemctl stop liar; rm /tmp/liar.py; docker rm miner >/dev/null; docker rmi miner:1 >/dev/null",
      );
      expect(seen.code).toBe(1);
      expect(seen.out).toContain("prod/beta: tcp 0.0.0.0:5432 listens and is not declared");
      expect(seen.out).toContain("prod/beta: container miner (created) is of no project");
      expect(seen.out).toMatch(
        /prod\/beta: beta\.acme\.dev leads to 203\.0\.113\.9, not to Cloudflare's edge/,
      );
      const well = await berth("status", "beta");
      expect(well, well.out).toMatchObject({ code: 0 });
    });
  });

  describe("ssh", () => {
    const asPerson = (person: typeof ana, ...argv: string[]) =>
      harbour.process([...argv], { ...harbour.env(person), USER: "ana" });

    it("leads to the machine that serves a project, as the person, and ends as the command did", async () => {
      const seen = await asPerson(ana, "ssh", "gamma", "hostname; id -un; exit 7");
      expect(seen, seen.stderr).toMatchObject({ code: 7, stdout: "gamma\nana\n" });
      const other = await asPerson(
        sam,
        "ssh",
        "--as",
        "sam",
        "prod/alpha",
        "sudo",
        "-n",
        "id",
        "-u",
      );
      expect(other).toMatchObject({ code: 0, stdout: "0\n" });
    });

    it("refuses who has no account there and what is not a project", async () => {
      const stranger = await asPerson(ana, "ssh", "--as", "anna", "alpha");
      expect(stranger).toMatchObject({ code: 1, stdout: "" });
      expect(stranger.stderr).toContain(
        'no member of prod/alpha is called "anna". Did you mean ana?',
      );
      expect((await asPerson(ana, "ssh", "delta")).stderr).toContain(
        "There are: alpha, beta, gamma",
      );
    });
  });

  maintaining(harbour);
  agents(harbour);

  describe("deployers", () => {
    const both = { jenkins: jenkins.public, laptop: laptop.public };

    it("brings a new key to every machine, goes on after a kill, and proves its login", async () => {
      expect((await berth("deployers", "add", "laptop")).said).toContain("no deployer is called");
      harbour.declare({ deployers: both });
      expect((await harbour.berth(["deployers", "prove", "laptop"], jenkins)).said).toContain(
        "does not hold laptop's key",
      );
      const early = await harbour.berth(["deployers", "prove", "laptop"], laptop);
      expect(early.code).toBe(1);
      expect(early.out).toContain("laptop: logged in to 0 of 3 machines");

      // Killed as soon as one machine has the key.
      const argv = ["deployers", "add", "laptop", "--parallel", "1"];
      const child = harbour.start(argv, harbour.env(jenkins));
      const ended = new Promise((resolve) => child.on("close", resolve));
      await expect
        .poll(() => harbour.on("alpha", "grep -c laptop /home/berth/.ssh/authorized_keys || :"), {
          timeout: 60_000,
          interval: 50,
        })
        .toBe("1\n");
      child.kill("SIGKILL");
      await ended;
      await harbour.machines.stop("beta", { force: true });

      const partly = await berth("deployers", "add", "laptop");
      expect(partly.code).toBe(1);
      expect(partly.out).toContain("laptop: accepted by 2 of 3 machines");
      expect(partly.out).toMatch(/run it again:\n {2}prod\/beta: not reached/);
      await harbour.machines.start("beta");
      await harbour.machines.ready("beta");
      expect(await berth("deployers", "add", "laptop")).toMatchObject({ code: 0 });
      expect(await harbour.berth(["deployers", "prove", "laptop"], laptop)).toMatchObject({
        code: 0,
        out: "laptop: logged in to 3 of 3 machines\n",
      });
      expect((await berth("deployers")).out).toMatch(/^laptop +SHA256:\S+ +declared +3 of 3 +no$/m);
    });

    it("refuses to remove the one in use, one that is declared, and the last", async () => {
      const inUse = await harbour.berth(["deployers", "remove", "jenkins"], jenkins);
      expect(inUse).toMatchObject({ code: 1, out: "" });
      expect(inUse.said).toContain("the key in use would be removed");
      const declared = await harbour.berth(["deployers", "remove", "jenkins"], jenkins, laptop);
      expect(declared.said).toContain("Remove Pulumi.yaml: berth:team.deployers.jenkins");
      harbour.declare({ deployers: { laptop: laptop.public } });
      const last = await harbour.berth(["deployers", "remove", "laptop"], laptop);
      expect(last.said).toContain("laptop is the last deployer");
      const onlyOld = await harbour.berth(["deployers", "remove", "jenkins"], jenkins);
      expect(onlyOld).toMatchObject({ code: 1, out: "" });
      expect((await berth("deployers")).said).toContain("none of the deployers' keys");
    });

    it("takes away nothing anywhere while a machine does not accept the key that stays", async () => {
      const path = "/home/berth/.ssh/authorized_keys";
      await harbour.on("gamma", `sed -i.kept /laptop/d ${path}`);
      const refused = await harbour.berth(["deployers", "remove", "jenkins"], laptop);
      expect(refused).toMatchObject({ code: 1, out: "" });
      expect(refused.said).toMatch(/nothing was taken away[^]*\n {2}prod-b\/gamma$/);
      expect(await harbour.on("alpha", `grep -c . ${path}`)).toBe("2\n");
      await harbour.on("gamma", `mv ${path}.kept ${path}`);
    });

    it("takes the old key away by a session with the one that stays", async () => {
      const done = await harbour.berth(["deployers", "remove", "jenkins"], laptop);
      expect(done, done.out).toMatchObject({ code: 0 });
      expect(done.out).toContain("taken away from 3 machines: jenkins (SHA256:");
      const keys = await harbour.on("gamma", "cat /home/berth/.ssh/authorized_keys");
      expect(keys).toBe(`${laptop.public}\n`);
      expect(await harbour.berth(["deployers", "remove", "jenkins"], laptop)).toMatchObject({
        code: 0,
        out: "no machine that was reached accepts a key that is not declared\n",
      });
      harbour.declare({ deployers: both });
      const old = await harbour.berth(["converge", "--check", "alpha"], jenkins);
      expect(old.out).toMatch(/^prod\/alpha +login +.*the login was refused/m);
    });

    it("are let in again by what a member runs on the machine, or through a member's sudo", async () => {
      const wreck =
        "echo >/home/berth/.ssh/authorized_keys; rm /etc/sudoers.d/01-berth-automation; " +
        "usermod --expiredate 1 berth";
      await harbour.on("alpha", wreck);
      expect((await harbour.berth(["converge", "alpha"], laptop)).out).toMatch(/ login +/);
      const printed = await harbour.berth(["deployers", "break-glass"], laptop);
      expect(await harbour.as("ana", "alpha", printed.out)).toMatchObject({ code: 0 });
      expect((await harbour.berth(["converge", "alpha"], jenkins)).code).toBe(0);

      await harbour.on("beta", wreck);
      const mended = await harbour.berth(["converge", "--as", "ana", "beta"], ana);
      expect(mended, mended.out).toMatchObject({ code: 0 });
      expect(await harbour.berth(["converge"], laptop)).toMatchObject({ code: 0 });
      expect(await harbour.berth(["converge", "--check"], jenkins)).toMatchObject({ code: 0 });
    });
  });

  offboarding(harbour);
  observing(harbour);
});

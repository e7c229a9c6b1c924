import { expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import type { KeyPair } from "../../packages/local-cloud/test/hosts/boot-ground";
import type { Quay } from "./quay";

/** What the key of the job `ci` of `shop` may do on a machine where shop was delivered (R80). */
export function jobsTests(quay: Quay, ci: KeyPair): void {
  const job = (asked: string) =>
    quay.yard.session(
      { login: "berth-jobs", address: quay.address, pinned: quay.key, mine: ci },
      asked,
    );

  it("is started by a job's key, which does nothing else (R80)", async () => {
    const done = await job("deploy");
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    expect(done.stdout).toContain("delivered: ");
    expect((await quay.history("shop")).at(-1)).toMatchObject({ by: "job ci" });
    const watched = await job("watch");
    expect(watched).toMatchObject({ code: 0 });
    expect(watched.stdout).toContain(done.stdout);
  });

  it("waits where it fires in the freeze of a move, and says what to do once the project has moved (R65)", async () => {
    const moves = "/var/lib/berth/moves/shop";
    const mark = (role: string) =>
      quay.onHost(
        `install -d -m 700 ${moves} && printf '{"role": "${role}", "since": "now", "why": "see"}' >${moves}/marker`,
      );
    await mark("frozen");
    const before = await quay.history("shop");
    const log = () => quay.onHost("cat /tmp/job.log 2>/dev/null || :");
    await quay.onHost(
      `systemd-run --quiet --collect --unit=job-shop --setenv=SSH_ORIGINAL_COMMAND=deploy \
        sh -c 'exec /usr/local/sbin/berth-site job shop ci >/tmp/job.log 2>&1'`,
    );
    const waits = "waits: the move of shop has this machine frozen";
    await expect.poll(log, { timeout: 60_000 }).toContain(waits);
    expect(await quay.history("shop")).toEqual(before);
    await quay.onHost(`rm ${moves}/marker`);
    await expect.poll(log, { timeout: 60_000 }).toContain("delivered: ");
    await mark("moved");
    const late = await job("deploy");
    await quay.onHost(`rm -r ${moves}`);
    expect(late.code).toBe(65);
    expect(late.stderr).toContain("write and load its jobs anew (berth jobs --write)");
  });

  it.each([
    "",
    "bash",
    "deploy master; id",
    "deploy master\nid",
    "deploy --reason=x",
    "deploy master --reason x",
    "deploy -",
    "deploy ../../x",
    "rollback shop",
    "watch kmc",
    "secrets shop",
  ])("gives a job's key nothing for %j", async (asked) => {
    const before = await quay.history("shop");
    const done = await job(asked);
    expect(done.code).toBe(65);
    expect(done.stdout).toBe("");
    expect(await quay.history("shop")).toEqual(before);
  });

  it("takes another project's name for what it is: a reference of its own", async () => {
    const done = await job("deploy kmc");
    expect(done.code).toBe(65);
    expect(done.stdout).toContain("kmc: is no branch, tag or commit of git@git.example:shop.git");
  });

  it("gives a job's key no way round its command", async () => {
    const visit = { login: "berth-jobs", address: quay.address, pinned: quay.key, mine: ci };
    const client = quay.yard.client(visit);
    const [program, ...options] = client.slice(0, -1);
    const ask = (...more: string[]) =>
      quay.yard.run([program!, ...options, ...more, client.at(-1)!, "watch"]);
    const forwarded = await ask("-o", "ExitOnForwardFailure=yes", "-R", "12345:127.0.0.1:22");
    expect(forwarded.code).toBe(255);
    expect(forwarded.stderr).toContain("remote port forwarding failed");
    const terminal = await ask("-tt");
    expect(terminal).toMatchObject({ code: 255, stdout: "" });
    expect(terminal.stderr).toContain("PTY allocation request failed");
    // What a visitor may say of their own environment changes nothing.
    const said = await ask("-o", "SetEnv=LC_ALL=$(id)");
    expect(said, said.stderr).toMatchObject({ code: 65 });
    expect(said.stdout).toContain("kmc: is no branch, tag or commit");
    const passed = await quay.yard.run([
      program!,
      ...options,
      ...["-W", "127.0.0.1:22"],
      client.at(-1)!,
    ]);
    expect(passed.code).not.toBe(0);
    expect(passed.stdout).not.toContain("SSH-2.0");
    const rights = await quay.onHost("runuser -u berth-jobs -- sudo -n -l");
    expect(rights.match(/NOPASSWD: .*/g)).toEqual([
      "NOPASSWD: /usr/local/sbin/berth-site job shop ci",
    ]);
    for (const command of ["job shop other", "deploy shop", "job kmc ci"]) {
      const tried = await quay.exec(`runuser -u berth-jobs -- sudo -n berth-site ${command}`);
      expect(tried.code).toBe(1);
    }
  });

  it("closes jobs' way in when none is declared", async () => {
    quay.deliveries = quay.deliveries.map((each) => ({ ...each, jobs: {} }));
    expect((await quay.converge()).code).toBe(statuses.done);
    expect((await job("watch")).code).toBe(255);
    expect((await quay.exec("runuser -u berth-jobs -- sudo -n -l")).stdout).not.toContain(
      "NOPASSWD",
    );
  });
}

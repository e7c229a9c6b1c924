/** A fleet that `pulumi up` makes on machines that boot, and ways into them past sshd. */

import type { Ended } from "../../engine/program";
import { cloudName } from "../../rehearsal/paths";
import { ScratchCloud, type ScratchFleet } from "../../rehearsal/scratch";
import type { KeyPair } from "../../rehearsal/stand-ins";
import { layoutOf } from "../../packages/local-cloud/hosts";
import { readRecords } from "../../packages/local-cloud/hosts/disk";
import { runInside } from "../../packages/local-cloud/hosts/inside";
import { type Finished, tryRun, waitUntil } from "../../packages/local-cloud/hosts/process";
import { supervisorOf } from "../../packages/local-cloud/hosts/supervisor";
import { berth, contextOf } from "../../operations/berth";
import { visit, type Session } from "../../operations/ground/ssh";
import { unattended } from "../../operations/ground/ssh-options";
import { traces } from "../../packages/local-cloud/test/hosts/boot-ground";

/** One stack on a scratch cloud of its own. */
export class BootedFleet {
  private constructor(
    readonly cloud: ScratchCloud,
    readonly stack: string,
  ) {}

  /** The cloud, with the clients' machines that the stack declares; nothing is deployed yet. */
  static async start(stack: string, fleet: ScratchFleet): Promise<BootedFleet> {
    return new BootedFleet(await ScratchCloud.start(fleet, {}, { machines: "booted" }), stack);
  }

  /** Ends the cloud. Throws with what is left of it on this computer. */
  async stop(): Promise<void> {
    const layout = layoutOf(this.cloud.paths.directory, cloudName);
    await this.cloud.stop();
    const left = await traces(layout);
    if (left.length > 0) throw new Error(`left behind:\n${left.join("\n")}`);
  }

  /** An update that does not stop at a machine that fails; never throws for its exit code. */
  up(): Promise<Ended> {
    const update = ["up", "--yes", "--skip-preview", "--continue-on-error"];
    return this.cloud.pulumi(...update, "--stack", this.stack);
  }

  /** `berth` in the project; answers its status and what it printed. */
  async berth(...argv: string[]): Promise<{ code: number; out: string; said: string }> {
    const [told, { project, env }] = [{ out: "", said: "" }, this.cloud];
    const context = {
      ...contextOf(project, env),
      out: (text: string) => void (told.out += text),
      say: (text: string) => void (told.said += text),
    };
    return { code: await berth(context, argv), ...told };
  }

  /** Addresses of all machines that there are, declared or not. */
  async addresses(): Promise<string[]> {
    const records = await readRecords(layoutOf(this.cloud.paths.directory, cloudName));
    return records.map(({ spec }) => spec.address);
  }

  /** Runs a program as root on the machine at an address. */
  async exec(address: string, argv: readonly string[]): Promise<Finished> {
    const layout = layoutOf(this.cloud.paths.directory, cloudName);
    const records = await readRecords(layout);
    const id = records.find(({ spec }) => spec.address === address)?.spec.id;
    const supervisor = id === undefined ? undefined : supervisorOf(layout, id);
    if (!supervisor) throw new Error(`no machine runs at ${address}`);
    return runInside(supervisor, argv);
  }

  /** Runs a script as root on the machine at an address, and answers what it printed. */
  async inside(address: string, script: string): Promise<string> {
    const done = await this.exec(address, ["bash", "-c", script]);
    if (done.code !== 0) throw new Error(`${address}: ${script}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  /**
   * Whether a deployer gets into each machine that there is, as Berth's account or as the one that
   * its cloud prepared. A machine that still boots is waited for.
   */
  async waysIn(): Promise<{ address: string; open: boolean }[]> {
    const records = await readRecords(layoutOf(this.cloud.paths.directory, cloudName));
    return Promise.all(
      records.map(async ({ spec: { address, login } }) => {
        const tryBoth = async () =>
          (await this.isOpen("berth", address)) || (await this.isOpen(login, address));
        // sshd turns an address away for some seconds after failed logins.
        return { address, open: await waitUntil(tryBoth, 60_000, 1_000) };
      }),
    );
  }

  private async isOpen(login: string, address: string): Promise<boolean> {
    const { env } = this.cloud;
    const trusting = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    const options = [...unattended(), ...trusting, "-o", "ConnectTimeout=5"];
    const argv = ["ssh", ...options, `${login}@${address}`, "sudo -n id -u"];
    return (await tryRun(argv, { env })).stdout === "0\n";
  }

  /** Where a node is, as the stack published it. */
  async nodes(): Promise<Record<string, { address: string; hostKey: string }>> {
    const { nodes } = await this.cloud.outputs(this.stack);
    return nodes as Record<string, { address: string; hostKey: string }>;
  }

  /** One command over SSH with a private key. */
  login(
    login: string,
    to: { readonly address: string; readonly hostKey: string },
    key: KeyPair | undefined,
    command = "sudo -n id -u",
  ): Promise<Session> {
    if (!key) throw new Error(`${login} has no key in this rehearsal`);
    const errand = { command, timeoutMs: 60_000 };
    return visit({ ...to, login }, { env: process.env, offer: [], files: [key.file] }, errand);
  }
}

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { Host } from "../host";
import { accessFacts } from "./access-facts";
import type { TakeOverStep } from "../spec/fleet";
import {
  automationAccount,
  launcher,
  renderConverge,
  renderEnter,
  renderObserve,
  type MachineDeclaration,
} from "./script";

/** A machine to enter, and what it shall be like. */
export interface BootstrapArgs {
  readonly host: Host;
  readonly machine: MachineDeclaration;
}

/** About four minutes of dialling: a slow first boot is no failure. */
const bootDials = 60;

/**
 * Takes a bare machine to one that the team can use (R13–R21), in two SSH sessions.
 *
 * `enter` runs once per machine, as the provider's account, pinned to the key the machine was
 * booted with: it makes the automation account and the machine's permanent host key. `converge` runs
 * whenever the declaration changes, as the automation account, pinned to the permanent key; root is
 * closed by that very session, so the way in is proven before the other is shut.
 *
 * A machine that Berth did not make and may not change yet is only observed: one session that reads.
 *
 * Private keys stay in the deployer's ssh-agent; no script holds a secret.
 */
export class Bootstrap extends pulumi.ComponentResource {
  /** Host key that people and programs pin from now on. */
  readonly hostKey: pulumi.Output<string>;
  /** Account for later sessions. */
  readonly account: string;
  /** Resolves when the machine is as declared. */
  readonly done: pulumi.Output<string>;

  constructor(name: string, args: BootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:Bootstrap", name, { ...accessFacts(args.machine) }, opts);
    const { host, machine } = args;
    if (!machine.manage.some(inside)) {
      this.account = host.login;
      this.hostKey = host.hostKey;
      this.done = this.observe(name, host);
    } else {
      this.account = automationAccount;
      const entered = this.enter(name, args);
      // Machines that Berth did not make keep the host key they declare.
      this.hostKey = machine.madeByBerth ? entered.stdout.apply(lastLine) : host.hostKey;
      this.done = this.converge(name, args, entered);
    }
    this.registerOutputs({ hostKey: this.hostKey, account: this.account });
  }

  private enter(name: string, { host, machine }: BootstrapArgs): command.remote.Command {
    return new command.remote.Command(
      `${name}-enter`,
      {
        connection: {
          host: host.address,
          user: host.login,
          hostKey: host.hostKey,
          dialErrorLimit: bootDials,
        },
        create: launcher,
        stdin: renderEnter(machine),
        triggers: [host.id],
        addPreviousOutputInEnv: false,
        logging: command.remote.Logging.None,
      },
      {
        parent: this,
        dependsOn: [...(host.wayIn ?? [])],
        // Once per machine: later changes are converge's, by a way in that still exists then.
        ignoreChanges: ["create", "connection", "stdin"],
        customTimeouts: { create: "60m" },
      },
    );
  }

  private converge(
    name: string,
    { host, machine }: BootstrapArgs,
    entered: command.remote.Command,
  ): pulumi.Output<string> {
    return new command.remote.Command(
      `${name}-converge`,
      {
        connection: { host: host.address, user: automationAccount, hostKey: this.hostKey },
        // Without `update` a changed script runs again, which is what is wanted.
        create: launcher,
        stdin: renderConverge(machine),
        addPreviousOutputInEnv: false,
        logging: command.remote.Logging.Stdout,
      },
      { parent: this, dependsOn: entered, customTimeouts: { create: "60m", update: "60m" } },
    ).stdout;
  }

  private observe(name: string, host: Host): pulumi.Output<string> {
    return new command.remote.Command(
      `${name}-observe`,
      {
        connection: { host: host.address, user: host.login, hostKey: host.hostKey },
        create: launcher,
        stdin: renderObserve(),
        triggers: [host.id],
        addPreviousOutputInEnv: false,
        logging: command.remote.Logging.Stdout,
      },
      { parent: this, dependsOn: [...(host.wayIn ?? [])] },
    ).stdout;
  }
}

/** Whether a step of the take-over happens on the machine; the firewall is the cloud's. */
function inside(step: TakeOverStep): boolean {
  return step !== "firewall";
}

/** The host key is what `enter` prints last. */
function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

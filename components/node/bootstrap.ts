import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { Host } from "../clouds";
import { refusal } from "../refusal";
import { isEntered, machineOf } from "../machine/declaration";
import { isGuarded } from "../placement/exposure";
import { knockAt } from "./knocking";
import { accessFacts } from "../machine/access-facts";
import { bootDials, connectionTo, usualDials, type Reached } from "../machine/connection";
import { deliverable } from "../machine/deliverable";
import {
  deliveredLauncher,
  deliveredTo,
  launcher,
  packed,
  packedLauncher,
} from "../machine/launcher";
import {
  automationAccount,
  convergeProgram,
  renderDeclarations,
  renderEnter,
  renderObserve,
  type MachineDeclaration,
} from "../machine/script";
import { isReleased } from "./host";
import { fleetNode, type NodeArgs } from "./node-args";

/** A machine to enter, however it was made. */
export interface EnteredHost {
  /** What changes when it becomes another machine; it is then entered anew. */
  readonly id: pulumi.Input<string>;
  /** IPv4 address. */
  readonly address: pulumi.Input<string>;
  /** Account for the first login (R13); absent: the one of the cloud that the node's rules lead to. */
  readonly login?: string;
  /** The host key to pin on the first connection, as an authorized_keys line: see `bootIdentity`. */
  readonly hostKey: pulumi.Input<string>;
  /** What must be in place besides the machine before anything can connect to it. */
  readonly wayIn?: readonly pulumi.Resource[];
}

/** A machine to enter, and the node it shall become: who may enter it, what may be changed on it. */
export type BootstrapArgs = NodeArgs & { readonly host: EnteredHost };

/** What a session with a machine goes by. */
interface Entering {
  readonly host: Host;
  readonly machine: MachineDeclaration;
  /** The machine was found off and goes with the next update: nobody could change it any more. */
  readonly leaving: boolean;
}

/**
 * What every session has: the script on standard input, so that a failure prints the launcher and
 * what the script said, and not the whole script; no variables of the provider's own, which sshd
 * refuses.
 */
const session = { create: launcher, addPreviousOutputInEnv: false } as const;

/** The program of every converge, once for all machines of a run. */
let program: ReturnType<typeof deliverable> | undefined;

/**
 * Takes a bare machine to one that the team can use (R13-R21), in two SSH sessions.
 *
 * `enter` runs once per machine, as the provider's account, pinned to the key the machine was
 * booted with: it makes the automation account and the machine's permanent host key. `converge` runs
 * whenever the declaration changes, as the automation account, pinned to the permanent key; root is
 * closed by that very session, so the way in is proven before the other is shut.
 *
 * A machine that Berth did not make and may not change yet is only observed: one session that reads.
 *
 * Nothing here has a `delete` command: a machine that is no longer declared is destroyed by its
 * provider or, where it is the client's, stays as it is.
 *
 * A session ends by its own limit (`launcher`). The custom time-outs are the engine's of 20 minutes
 * lengthened; they bound the dials and nothing else.
 *
 * Private keys stay in the deployer's ssh-agent, and no script holds a secret, so what sessions say
 * may be logged; what `enter` says is not, because it is a result and no news.
 *
 * Takes machines that others made too: with the host key that `bootIdentity` made and user data that
 * delivers it, the first connection is pinned. Throws a `ConfigError` with every problem of a declaration.
 *
 * @example
 * const host = { id: droplet.id, address: droplet.ipv4Address, hostKey: boot.hostKey };
 * new Bootstrap("shop", { host, projects: [shop], team, agency });
 */
export class Bootstrap extends pulumi.ComponentResource {
  /** Host key that people and programs pin from now on, as an authorized_keys line. */
  readonly hostKey: pulumi.Output<string>;
  /** Account of later sessions. */
  readonly account: string;
  /** Known once the last session succeeded: the machine is as declared, or was found as it is. */
  readonly done: pulumi.Output<string>;

  constructor(name: string, args: BootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
    const { fleet, node } = fleetNode(name, args);
    const host = hostOf(args.host, node.placement.login);
    const declared = machineOf(pulumi.getProject(), fleet, node);
    const machine = { ...declared, initialAccount: host.login };
    super("berth:index:Bootstrap", name, { ...accessFacts(machine) }, opts);
    if (!isEntered(machine)) {
      this.account = host.login;
      this.hostKey = host.hostKey;
      this.done = this.observe(name, host).stdout;
    } else {
      this.account = automationAccount;
      const entering = { host, machine, leaving: isReleased(node) };
      const entered = this.enter(name, entering);
      // Machines that Berth did not make keep the host key they declare.
      this.hostKey = machine.madeByBerth ? entered.stdout.apply(permanentKey) : host.hostKey;
      this.done = this.converge(name, entering, entered).stdout;
    }
    this.registerOutputs({ hostKey: this.hostKey, account: this.account });
  }

  private enter(name: string, { host, machine }: Entering): command.remote.Command {
    return new command.remote.Command(
      `${name}-enter`,
      {
        ...session,
        create: packedLauncher,
        connection: connectionTo(asPrepared(host), machine.madeByBerth ? bootDials : usualDials),
        stdin: packed(renderEnter(machine)),
        triggers: [host.id],
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
    { host, machine, leaving }: Entering,
    entered: command.remote.Command,
  ): command.remote.Command {
    const { address } = host;
    const { account, hostKey } = this;
    const reached = connectionTo({ address, account, hostKey }, usualDials);
    const script = leaving ? undefined : this.deliver(name, host, reached, entered);
    const converged = new command.remote.Command(
      `${name}-converge`,
      {
        // Without `update` a changed script runs again, which is what is wanted. No triggers either:
        // they would replace, and another machine has another host key.
        ...session,
        create: deliveredLauncher(convergeProgramFile().checksum),
        connection: reached,
        stdin: renderDeclarations(machine),
        logging: command.remote.Logging.Stdout,
      },
      {
        parent: this,
        dependsOn: script ?? entered,
        ...(leaving ? { ignoreChanges: ["create", "connection", "stdin"] } : {}),
        customTimeouts: { create: "60m", update: "60m" },
      },
    );
    if (script && isGuarded(machine)) knockWhile(host, script, converged);
    return converged;
  }

  /**
   * The converge's program as a file on the machine. Apart from the session, because the engine writes
   * the whole state twice a resource, and the same 50 KB for every machine were most of it; and because
   * a preview then shows of a changed declaration just that.
   */
  private deliver(
    name: string,
    host: Host,
    reached: command.types.input.remote.ConnectionArgs,
    entered: command.remote.Command,
  ): command.remote.CopyToRemote {
    return new command.remote.CopyToRemote(
      `${name}-script`,
      {
        connection: reached,
        source: new pulumi.asset.FileAsset(convergeProgramFile().file),
        remotePath: deliveredTo,
        // The provider looks at content and path alone: another machine has to be told.
        triggers: [host.id],
      },
      { parent: this, dependsOn: entered },
    );
  }

  private observe(name: string, host: Host): command.remote.Command {
    return new command.remote.Command(
      `${name}-observe`,
      {
        ...session,
        connection: connectionTo(asPrepared(host), usualDials),
        stdin: renderObserve(),
        triggers: [host.id],
        logging: command.remote.Logging.Stdout,
      },
      {
        parent: this,
        dependsOn: [...(host.wayIn ?? [])],
        customTimeouts: { create: "10m", update: "10m" },
      },
    );
  }
}

function hostOf({ id, address, login, hostKey, wayIn }: EnteredHost, usual: string): Host {
  return {
    id: pulumi.output(id),
    address: pulumi.output(address),
    login: login ?? usual,
    hostKey: pulumi.output(hostKey),
    ...(wayIn === undefined ? {} : { wayIn }),
  };
}

/** A machine as its provider, or whoever made it, prepared it. */
function asPrepared({ address, login, hostKey }: Host): Omit<Reached, "id"> {
  return { address, account: login, hostKey };
}

/** A changed firewall of the machine is kept once a new connection came through it (`steps/firewall.sh`). */
function knockWhile(host: Host, from: pulumi.Resource, to: pulumi.Resource): void {
  if (pulumi.runtime.isDryRun()) return;
  let knocking: ReturnType<typeof knockAt> | undefined;
  pulumi.all([host.address, from.urn]).apply(([address]) => {
    knocking = knockAt(address);
  });
  to.urn.apply(() => knocking?.stop());
}

function convergeProgramFile(): ReturnType<typeof deliverable> {
  return (program ??= deliverable(convergeProgram()));
}

/** The host key is what `enter` prints last. Throws on anything else: it would pin nothing. */
function permanentKey(said: string): string {
  const line = said.trim().split("\n").at(-1) ?? "";
  if (/^ssh-ed25519 [A-Za-z0-9+/=]+$/.test(line)) return line;
  throw refusal("enter did not print the machine's permanent host key; run `pulumi up` again");
}

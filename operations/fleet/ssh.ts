import * as os from "node:os";

import { isEntered } from "../../components/machine/declaration";
import { automationAccount } from "../../components/machine/script";
import type { Context } from "../ground/context";
import { deployersOf, survey, type Machine } from "./fleet";
import { asDeployer, personKeys } from "../ground/sessions";
import { attend } from "../ground/ssh";
import { servingMachine } from "./targets";
import { readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";

/** How `berth ssh` is called. */
export const usage = `usage: berth ssh [--environment E | --stack S] [--as ACCOUNT] <project|node> [command…]

Logs in to the machine that serves a project, pinned to its host key. A node can be named as
stack/node. What follows the name runs there instead of a shell.

  --environment E  stage or prod, with the host stacks that serve it
  --stack S        this stack alone
  --as ACCOUNT     as this member and not as $USER (in a rehearsal, where everybody's keys are at
                   hand: as the first member); ${automationAccount} is the deployers' own account

Ends with the status of the command, or 255 when ssh itself refused.
`;

/** `berth ssh`: the way in without remembering names, addresses or host keys. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, {
    values: ["environment", "stack", "as"],
    passFrom: 1,
  });
  const [word, ...command] = words;
  if (word === undefined) throw new UsageError("which project or node?");
  const { fleets, machines } = await survey(context, values);
  const machine = servingMachine(fleets, machines, word);
  const members = machine.declared.members.map(({ name }) => name);
  const login = values["as"] ?? accountOf(context, machine, members);
  // Berth's own account, or the one by which it looks at a machine that it may not change.
  if (login === machine.login) {
    const { keys } = await asDeployer(context, deployersOf(fleets));
    return attend({ login, address: machine.address, hostKey: machine.hostKey }, keys, command);
  }
  if (!members.includes(login)) {
    const hint = "Name the account: --as <member>";
    throw new Refusal(
      `${unknown(`member of ${machine.stack}/${machine.node.name}`, login, members)} ${hint}`,
    );
  }
  context.say(`${login}@${machine.address} (${machine.stack}/${machine.node.name})`);
  const to = { login, address: machine.address, hostKey: machine.hostKey };
  return attend(to, personKeys(context, login), command);
}

/** Whose account is meant where nobody says. */
function accountOf({ env }: Context, machine: Machine, members: readonly string[]): string {
  const user = env["USER"] ?? os.userInfo().username;
  if (!env["BERTH_REHEARSAL_KEYS"] || members.includes(user)) return user;
  return isEntered(machine.declared) ? (members[0] ?? machine.login) : machine.login;
}

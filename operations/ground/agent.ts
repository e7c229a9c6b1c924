import { identityOf } from "../../components/fleet/ssh-key";
import { runProgram } from "../../engine/program";
import { Refusal } from "./usage";

/**
 * Public keys whose private halves the person's ssh-agent holds. Throws a `Refusal` when no agent
 * answers; an agent without keys answers an empty list.
 */
export async function agentKeys(env: NodeJS.ProcessEnv): Promise<string[]> {
  const asked = await runProgram("ssh-add", ["-L"], { env }).catch(() => undefined);
  if (asked?.code === 0) return asked.stdout.split("\n").filter((line) => line.trim() !== "");
  if (asked?.code === 1) return [];
  throw new Refusal(
    env["BERTH_LOCAL_CONTROL"] !== undefined
      ? // The person's own agent is out of a rehearsal's reach, and would hold no key of it.
        "the machines of this local cloud are records: nobody enters them, with any agent or key. " +
          "Rehearse where machines boot (Linux, root): npm run rehearse says what is missing here"
      : "no ssh-agent answers (SSH_AUTH_SOCK). Start one and load a deployer's key: " +
          'eval "$(ssh-agent)"; ssh-add ~/.ssh/<key>',
  );
}

/**
 * The declared deployers' keys that this agent can use, as declared. Throws a `Refusal` naming the
 * deployers when it holds none of them.
 */
export function usableKeys(
  held: readonly string[],
  deployers: Readonly<Record<string, string>>,
): Record<string, string> {
  const mine = new Set(held.map(identityOf));
  const usable = Object.entries(deployers).filter(([, line]) => mine.has(identityOf(line)));
  if (usable.length > 0) return Object.fromEntries(usable);
  const names = Object.keys(deployers).join(", ");
  throw new Refusal(
    `your ssh-agent holds none of the deployers' keys (team.deployers: ${names}). ` +
      "Load one: ssh-add ~/.ssh/<key>; or come as a member: --as <member>",
  );
}

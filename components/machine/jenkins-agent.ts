import * as path from "node:path";

import { quote } from "./quote";
import { readText } from "./text-file";

/** The container that is a machine's agent. */
export const agentContainer = "berth-agent";

/** An agent as its machine runs it. */
export interface AgentDeclaration {
  readonly name: string;
  /** Jenkins' address. */
  readonly address: string;
  readonly image: string;
  /** What Jenkins knows the agent by: whoever has it is the agent. */
  readonly secret: string;
}

const source = (name: string) => readText(path.join(__dirname, "jenkins-agent", `${name}.sh`));

/** One group, so that a session cut off while the script is on its way runs nothing. */
function whole(declarations: readonly string[], name: string): string {
  const all = [`CONTAINER=${quote(agentContainer)}`, ...declarations];
  return `{\n${all.join("\n")}\n${source(name)}} </dev/null\n`;
}

/**
 * Has a machine run the agent: `agent: kept`, `made` or `failed …`. Holds the secret, so it travels on standard input
 * alone; on the machine it is a file that the agent's account alone reads.
 */
export function runAgentScript({ name, address, image, secret }: AgentDeclaration): string {
  const declared = { NAME: name, ADDRESS: address, SECRET: secret, IMAGE: image };
  return whole(
    Object.entries(declared).map(([variable, value]) => `${variable}=${quote(value)}`),
    "run",
  );
}

/** Takes a machine's agent away, with what it has: `agent: gone` or `failed …`. */
export const endAgentScript = (): string => whole([], "end");

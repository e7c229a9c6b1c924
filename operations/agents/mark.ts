import { machineName, type Machine } from "../fleet/fleet";

/** What the description of one of Berth's agents says. */
export interface AgentMark {
  /** Its machine, `stack/node`. */
  readonly machine: string;
  /** Whose it is, as `ownerOf` has it. Absent in marks of before they said so. */
  readonly owner?: string;
}

const pattern = /^Made by berth agents for (\S+?)(?: of (\S+))?\. Change nothing here\.$/;

/** The description by which an agent is known again. */
export function markOf(machine: Machine): string {
  return `Made by berth agents for ${machineName(machine)} of ${machine.owner}. Change nothing here.`;
}

/** The mark that is a description; undefined in one of people's. */
export function readMark(description: string): AgentMark | undefined {
  const [, machine, owner] = pattern.exec(description) ?? [];
  if (machine === undefined) return undefined;
  return { machine, ...(owner === undefined ? {} : { owner }) };
}

/** Whether a description may be the mark of a machine's agent: none that says that it is another Berth project's. */
export function isOfMachine(
  description: string,
  {
    stack,
    node,
    owner,
  }: { readonly stack: string; readonly node: string; readonly owner?: string | undefined },
): boolean {
  const mark = readMark(description);
  if (mark?.machine !== `${stack}/${node}`) return false;
  return mark.owner === undefined || mark.owner === owner;
}

import type { Context } from "../../operations/ground/context";

/** A person in a clone without stacks, and what a command told them. */
export function aPerson(directory = process.cwd()): Context & { told(): string } {
  let text = "";
  const hear = (said: string): void => void (text += `${said}\n`);
  return {
    ...{ directory, env: {}, now: new Date("2026-11-21T12:00:00Z"), out: hear, say: hear },
    published: () => Promise.resolve(undefined),
    keys: (fleet) => fleet,
    told: () => text,
  };
}

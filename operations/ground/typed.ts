import * as readline from "node:readline/promises";

/** What a person types; nothing where nobody is there to be asked. */
export async function typed(question: string): Promise<string> {
  if (!process.stdin.isTTY) return "";
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

import { format } from "prettier";

import type { Enforcement, Rule } from "./rule";
import { rules } from "./table";

const introduction = `# The rules of the manual, and what enforces each

Written by \`npm run rules:doc\` from \`operations/rules/table.ts\`; a test sees that every file and
policy named here exists, and that a policy claims the rules it is named for.

- **config error**: a stack file that breaks the rule is refused before anything runs.
- **policy**: a plan that breaks it fails, in preview and update (docs/policies.md).
- **component**: the program makes it so.
- **command**: a command, a pipeline or a guide does it.
- **people**: nothing a program could see.
- **not built yet**: people's work until it is. Beside something else: what the manual says of
  projects' own jobs and archives; Berth keeps the rule for itself already.
`;

/** The whole of docs/rules.md, as the formatter leaves it. */
export function document(): Promise<string> {
  const rows = rules.map((rule) => `| ${row(rule).join(" | ")} |`);
  const table = ["| Rule | What | Enforced by |", "| --- | --- | --- |", ...rows];
  return format([introduction, ...table].join("\n"), { parser: "markdown", printWidth: 100 });
}

function row({ number, what, enforced }: Rule): string[] {
  return [`R${number}`, what.replaceAll("<", "\\<"), enforced.map(enforcement).join("; ")];
}

function enforcement(entry: Enforcement): string {
  switch (entry.by) {
    case "policy":
      return `policy [${entry.policy}](../policies/${entry.policy}.ts)`;
    case "config error":
    case "component":
    case "command":
      return `${entry.by} [${entry.file}](../${entry.file})`;
    case "people":
    case "not built yet":
      return entry.by;
    default:
      return entry satisfies never;
  }
}

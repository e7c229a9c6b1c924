import { format } from "prettier";

import type { Enforcement, Rule } from "./rule";
import { mutations } from "./mutations";
import { rules } from "./table";

const introduction = `# The rules of the manual, and what enforces each

Written by \`npm run rules:doc\` from \`tools/rules/table/\`; a test sees that every file and
policy named here exists, and that a policy claims the rules it is named for. The test beside a rule
fails when the program breaks it: \`npm run rules:prove\` breaks each rule by one edit of a copy and sees
it fail. It proves that one edit, in what the row names; not that no other way to break the rule exists.

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
  return format([introduction, ...rules.map(entry)].join("\n"), { parser: "markdown" });
}

/** An entry of a list: in a table one longer cell would change the line of every rule. */
function entry({ number, what, enforced }: Rule): string {
  const tests = mutations.filter(({ rule }) => rule === number).map(({ test }) => test);
  const links = [...new Set(tests)].map((test) => `[${test.replace(/^test\//, "")}](../${test})`);
  return [
    `- **R${number}** ${what.replaceAll("<", "\\<")}`,
    ...enforced.map((by) => `  - ${enforcement(by)}`),
    ...(links.length > 0 ? [`  - test: ${links.join(", ")}`] : []),
  ].join("\n");
}

function enforcement(by: Enforcement): string {
  switch (by.by) {
    case "policy":
      return `policy [${by.policy}](../policies/rules/${by.policy}.ts)`;
    case "config error":
    case "component":
    case "command":
      return `${by.by} [${by.file}](../${by.file})`;
    case "people":
    case "not built yet":
      return by.by;
    default:
      return by satisfies never;
  }
}

import { format } from "prettier";

import type { Policy } from "./judge/policy";
import { policies } from "./index";

const introduction = `# Policies

The manual as law: what every plan must keep, judged apart from the code that makes the plan. Each
policy is one file in \`policies/rules/\` with a passing and a failing fixture in
\`test/policies/fixtures/\`, and is mandatory: a plan that breaks it fails, and \`pulumi up\` stops
before the resource is touched.

\`\`\`sh
pulumi preview --stack prod --policy-pack policies/pack
pulumi up --stack prod --policy-pack policies/pack
pulumi policy analyze --policy-pack policies/pack --file export.json   # from pulumi stack export
\`\`\`

Put \`npm run local --\` in front to do it on the local cloud. \`--policy-pack policies\` (the
directory) works too, with the official CLI's Node language host.

## What they see, and what they do not

- **Types.** A stack holds resources of the types in \`policies/judge/known-types.ts\` and no other: what
  a load balancer, a role or a program on the deployer's machine opens, nobody here could judge. A new
  type is written down there with its reason, or waived in the stack file.
- **Inputs**, as the program gave them and the provider completed them, before anything is done.
  \`ProjectNode\`, \`ProjectNames\`, \`BackupBucket\` and \`BackupCredential\` carry the facts behind
  them as inputs (what was asked for, what was decided, retired or not); policies compare these with
  the real resources underneath and apply the manual's rules anew. They take these components at
  their word for a node's residency, needs and retirement.
- **The declaration**: AWS account, zones and the agency's name from \`berth:agency\`, adopted buckets,
  \`keepDays\` and \`lockDays\` from \`berth:backups\`, a host stack's \`berth:environment\`. Of a state alone, the stack's output \`declared\` tells them.
- **Values not known in a preview**, such as the id of a machine that is not made yet, never silence
  a policy: all that is known is judged, and the rest is reported as an advisory, "Not judged yet",
  with resource and input. The update knows these values and judges them before each resource is
  touched; what even it does not know is a violation there, and a firewall of a kind that no policy
  can read is one everywhere. One policy reports what is not known for the whole stack at once: no
  secret can be looked for in it.
- **Only what a run touches.** With \`--target\` the engine shows nothing of the rest but that it is
  there: it is reported as not judged.
- **Whether an input is secret.** Messages never repeat a secret value.
- **Not** what is at the provider beside the stack: a port or a grant that somebody makes by hand
  shows after \`pulumi refresh\` alone, and only where the stack has the resource.
- **Not** deletions, and nothing of \`pulumi destroy\` or \`pulumi refresh\`: for these the engine
  loads no policies. \`protect\` stands there, and policies see to it that it is set.

Policies that judge the whole stack (something is missing) speak at the end: of the preview, which
is in time, or of an update without preview, which is too late to stop it.

A policy can be made advisory or disabled for one run with \`--policy-pack-config file.json\`, for
example \`{ "keep-other-ports-closed": "advisory" }\`. An exception that stays is a waiver in the
stack file, with reason, owner and end (\`docs/guides/waive-a-rule.md\`): the policy then says
"Waived until …" instead of failing. A state holds the waivers that were deployed with it, in the
stack's output \`waivers\`, and \`pulumi policy analyze\` judges by them and by today's date.

## The policies

This table is written by \`npm run policies:doc\` from the policies themselves. Rule numbers are those
of the manual.
`;

/** The whole of docs/policies.md, as the formatter leaves it. */
export function document(): Promise<string> {
  const rows = policies.map((policy) => `| ${row(policy).join(" | ")} |`);
  const table = ["| Policy | Rules | What must be so |", "| --- | --- | --- |", ...rows];
  return format([introduction, ...table].join("\n"), { parser: "markdown", printWidth: 100 });
}

function row({ name, rules, description, check }: Policy): string[] {
  const scope = check ? "" : " Judged for the whole stack.";
  return [
    `[\`${name}\`](../policies/rules/${name}.ts)`,
    rules.map((rule) => `R${rule}`).join(", "),
    description + scope,
  ];
}

import type { Draft, MachineDraft } from "../draft";
import { labelLimit, slugPattern } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { keyText } from "../../fleet/show";

/** A node is named like a project on it, or `slug-client` (R9), and every entry is used. */
export function checkNodeNames(draft: Draft): readonly Problem[] {
  const { machines } = draft;
  // A project, or the name of its node, left out for its form may live on any node.
  const someProjectIsBroken = draft.broken.some((place) =>
    /berth:projects((\.|\[)[^.]*(\.node)?)?$/.test(place),
  );
  const used = machines.filter((machine) => machine.projects.length > 0).map(({ name }) => name);
  return machines.flatMap((machine) => {
    if (machine.projects.length > 0) return nameProblems(machine);
    if (someProjectIsBroken) return [];
    return [
      {
        path: machine.at(),
        message: "is a node that no project lives on",
        received: JSON.stringify(keyText(machine.name)),
        allowed: used.join(", "),
        fix: `remove the entry, or put \`node: ${keyText(machine.name)}\` into a project`,
      },
    ];
  });
}

function nameProblems({ name, projects }: MachineDraft): Problem[] {
  const slugs = projects.map(({ slug }) => slug);
  const fits = slugs.some((slug) => name === slug || name.startsWith(`${slug}-`));
  if (fits && slugPattern.test(name) && name.length <= labelLimit) return [];
  const [first] = projects;
  const declared = first?.facts.node !== undefined;
  // A bad slug gives its node a bad name; the slug is told already.
  if (first === undefined || !declared) return [];
  return [
    {
      path: first.at("node"),
      message: "is not a name for the node of these projects (R9)",
      received: JSON.stringify(keyText(name)),
      allowed: `${slugs.join(", ")}, or one of them followed by -client, at most ${labelLimit} characters`,
      fix: "name the node after a project that lives on it",
    },
  ];
}

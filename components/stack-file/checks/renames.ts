import type { Draft } from "../draft";
import { formerNodeName } from "../former-names";
import type { Problem } from "../../fleet/problem";
import { keyText, received } from "../../fleet/show";

/** Something that has another name now. */
interface Renamed {
  readonly name: string;
  readonly former: string | undefined;
  /** Where it says so; undefined for a node that follows its project, which is told there. */
  readonly path: string | undefined;
}

/** What is renamed had one former name, which nobody else bears or claims. */
export function checkRenames({ projects, definition, machines }: Draft): readonly Problem[] {
  const slugs = Object.keys(definition?.config.projects ?? {});
  const renamedProjects = projects.map(({ slug, facts, at }) => ({
    name: slug,
    former: facts.formerly,
    path: at("formerly"),
  }));
  const renamedNodes = machines.map((machine) => ({
    name: machine.name,
    former: formerNodeName(machine, machines),
    path: machine.entry?.formerly === undefined ? undefined : machine.at("formerly"),
  }));
  const nodeNames = machines.map(({ name }) => name);
  return [
    ...problemsOf("project", slugs, renamedProjects),
    ...problemsOf("node", nodeNames, renamedNodes),
  ];
}

function problemsOf(
  what: "project" | "node",
  names: readonly string[],
  all: readonly Renamed[],
): Problem[] {
  return all.flatMap(({ name, former, path }, index): Problem[] => {
    if (former === undefined || path === undefined) return [];
    const base = { path, ...received(former), allowed: `the name this ${what} had until now` };
    if (former === name) {
      return [{ ...base, message: `is the name this ${what} has now`, fix: "remove the line" }];
    }
    if (names.includes(former)) {
      return [
        {
          ...base,
          message: `is a ${what} that is declared still`,
          fix: `remove the line, or rename ${keyText(former)} in an update of its own before`,
        },
      ];
    }
    const rival = all.find(
      (other, place) =>
        other.former === former && (place < index || (place > index && other.path === undefined)),
    );
    if (rival === undefined) return [];
    return [
      {
        ...base,
        message: `is the former name of ${keyText(rival.name)} too`,
        fix: "keep the line of the one that was renamed and remove the other",
      },
    ];
  });
}

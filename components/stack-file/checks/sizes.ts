import { cloudFacts } from "../../clouds/facts";
import { locate } from "../../placement/placement";
import { cheapest, findSize, largestDisk, satisfies } from "../../placement/choose";
import { diskDefault, memoryDefault } from "../../fleet/defaults";
import { isBroken, type Draft, type MachineDraft, type ProjectDraft } from "../draft";
import { clouds, type Cloud } from "../../fleet/fleet";
import { suggest } from "../../fleet/nearest";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Visits a day from which a size must be chosen (R8). */
const busy = 1000;

/** Busy projects have a chosen size, and the provider sells what is asked for. */
export function checkSizes(draft: Draft): readonly Problem[] {
  return draft.machines.flatMap((machine) => {
    const { entry, projects } = machine;
    const exists = entry?.server !== undefined || entry?.adopt !== undefined;
    // Nothing is chosen for one that goes; it is declared once more, so it must be for sale.
    const goes = entry?.retired?.remove === true;
    if (exists || projects.length === 0) return [];
    const deciding = [
      ...["memoryGb", "diskGb", "size", "server", "adopt"].map((key) => machine.at(key)),
      ...projects.flatMap((project) => [project.at("needs"), project.at("residency")]),
    ];
    // Without a value that decides about provider and size, nothing can be said about them.
    const unclear = draft.broken.some((place) =>
      deciding.some((decides) => place.startsWith(decides) || isBroken(draft, decides)),
    );
    return unclear ? [] : [...(goes ? [] : busyProblems(machine)), ...sizeProblems(machine)];
  });
}

function busyProblems({ entry, projects, name }: MachineDraft): Problem[] {
  if (entry?.memoryGb !== undefined || entry?.size !== undefined) return [];
  return [...sumProblems(projects, name), ...singleProblems(projects, name)];
}

/** Projects that are quiet one by one can be busy together. */
function sumProblems(projects: readonly ProjectDraft[], name: string): Problem[] {
  const visited = projects.flatMap(({ slug, facts, at }) =>
    facts.visitsPerDay === undefined ? [] : [{ slug, visits: facts.visitsPerDay, at }],
  );
  const sum = visited.reduce((total, { visits }) => total + visits, 0);
  const most = visited.reduce((a, b) => (b.visits > a.visits ? b : a), visited[0]!);
  if (sum < busy || most.visits >= busy) return [];
  const others = visited.filter((each) => each !== most);
  return [
    {
      path: most.at("visitsPerDay"),
      message: `makes ${sum} visits a day on the node ${name}, with ${others
        .map(({ slug, visits }) => `${visits} of ${slug}`)
        .join(" and ")}: from ${busy} on it needs a chosen size (R8)`,
      ...received(most.visits),
      fix: `add memoryGb or size under berth:nodes.${name}`,
    },
  ];
}

function singleProblems(projects: readonly ProjectDraft[], name: string): Problem[] {
  return projects.flatMap(({ facts, at }): Problem[] => {
    const fix = `add memoryGb or size under berth:nodes.${name}`;
    if (facts.visitsPerDay !== undefined && facts.visitsPerDay >= busy) {
      return [
        {
          path: at("visitsPerDay"),
          message: `is ${busy} or more, so the node ${name} needs a chosen size (R8)`,
          ...received(facts.visitsPerDay),
          fix,
        },
      ];
    }
    if (facts.heavyCompute !== true) return [];
    const message = `is set, so the node ${name} needs a chosen size (R8)`;
    return [{ path: at("heavyCompute"), message, ...received(true), fix }];
  });
}

function sizeProblems(machine: MachineDraft): Problem[] {
  const { entry, at } = machine;
  const { provider, region, rule } = locate({ needs: machine.needs, residency: machine.residency });
  if (provider === "client" || region === undefined) return [];
  const memoryGb = entry?.memoryGb ?? memoryDefault;
  const diskGb = entry?.diskGb ?? diskDefault;
  if (entry?.size !== undefined) {
    return chosenProblems(entry.size, provider, rule.number, memoryGb, diskGb, at);
  }
  if (cheapest(provider, region, memoryGb, diskGb) !== undefined) return [];
  const { sizes } = cloudFacts[provider].prices;
  const most = Math.max(...sizes.map((size) => size.memoryGb));
  return [
    {
      path: memoryGb > most ? at("memoryGb") : at("diskGb"),
      message: `asks for what ${provider} does not sell, where R${rule.number} places the node`,
      received: `${memoryGb} GB of memory with ${diskGb} GB of disk`,
      allowed: `at most ${most} GB of memory and ${Math.max(...sizes.map(largestDisk))} GB of disk`,
      fix: "ask for less, or spread the projects over more nodes",
    },
  ];
}

function chosenProblems(
  name: string,
  provider: Cloud,
  rule: number,
  memoryGb: number,
  diskGb: number,
  at: MachineDraft["at"],
): Problem[] {
  const size = findSize(provider, name);
  const { sizes } = cloudFacts[provider].prices;
  const base = { path: at("size"), ...received(name) };
  if (size === undefined) {
    const owner = clouds.find((cloud) => findSize(cloud, name) !== undefined);
    const names = sizes.map((known) => known.name);
    return [
      {
        ...base,
        message: owner
          ? `is a size of ${owner}, but R${rule} places the node at ${provider}`
          : `is not a size of ${provider}, where R${rule} places the node`,
        allowed: names.join(", "),
        fix: suggest(name, names, "choose one of them, or give memoryGb and diskGb instead"),
      },
    ];
  }
  if (satisfies(size, memoryGb, diskGb)) return [];
  const enough = sizes.filter((other) => satisfies(other, memoryGb, diskGb));
  return [
    {
      ...base,
      message: `has ${size.memoryGb} GB of memory and at most ${largestDisk(size)} GB of disk, less than the ${memoryGb} GB and ${diskGb} GB the node needs (R7)`,
      allowed: enough.map((other) => other.name).join(", "),
      fix: "choose a larger size, or leave size out and let the cheapest be found",
    },
  ];
}

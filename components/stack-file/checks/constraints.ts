import { cloudFacts } from "../../clouds/facts";
import { clouds } from "../../fleet/fleet";
import type { Draft, MachineDraft } from "../draft";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** Where data that must stay in Canada may run; the manual names no other place. */
const canadian = clouds.flatMap((cloud) =>
  cloudFacts[cloud].canadian.map((region) => `${cloud} ${region}`),
);

/** What the projects of one node ask for can be had together on the machine it has. */
export function checkConstraints({ machines }: Draft): readonly Problem[] {
  return machines.flatMap((machine) =>
    machine.entry?.retired?.remove === true
      ? []
      : [...needProblems(machine), ...residencyProblems(machine)],
  );
}

function needProblems({ entry, projects, needs, name, at }: MachineDraft): Problem[] {
  if (needs.length === 0) return [];
  const asking = projects.filter((project) => (project.facts.needs ?? []).length > 0);
  const whose = `${asking.map(({ slug }) => slug).join(", ")} on it`;
  const apart = `give ${asking[0]?.slug ?? "the project"} a node of its own, or remove needs`;
  if (entry?.server !== undefined) {
    return [
      {
        path: at("server"),
        message: `is a client's machine, but ${whose} needs ${needs.join(" and ")}, which AWS alone offers (R2)`,
        fix: apart,
      },
    ];
  }
  const provider = entry?.adopt?.provider;
  const offering = clouds.filter((cloud) =>
    needs.every((need) => cloudFacts[cloud].offers.includes(need)),
  );
  if (provider === undefined || offering.includes(provider)) return [];
  return [
    {
      path: at("adopt", "provider"),
      message: `runs the node ${name}, but ${whose} needs ${needs.join(" and ")}, which AWS alone offers (R2)`,
      ...received(provider),
      allowed: offering.join(", "),
      fix: apart,
    },
  ];
}

function residencyProblems({ entry, projects, residency, at }: MachineDraft): Problem[] {
  const { provider, region } = entry?.adopt ?? {};
  if (residency !== "canada" || provider === undefined || region === undefined) return [];
  if (canadian.includes(`${provider} ${region}`)) return [];
  const bound = projects.filter((project) => project.facts.residency === "canada");
  return [
    {
      path: at("adopt", "region"),
      message: `is outside Canada, where the data of ${bound.map(({ slug }) => slug).join(", ")} must stay (R3)`,
      ...received(`${provider} ${region}`),
      allowed: canadian.join(", "),
      fix: "move the project to a node in Canada, or correct the region",
    },
  ];
}

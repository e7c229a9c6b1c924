import { at, entriesOf, isBroken, type Draft, type FactsDraft } from "../draft";
import { suggest } from "../../fleet/nearest";
import type { Problem } from "../../fleet/problem";
import { keyText } from "../../fleet/show";

/**
 * A host stack gives machines to projects that its environment defines, and cannot loosen what the
 * environment demands of them.
 */
export function checkHosting(draft: Draft): readonly Problem[] {
  const { role, environment, own, definition } = draft;
  if (role === "environment" || environment === undefined) return [];
  const file = `Pulumi.${environment}.yaml`;
  if (definition === undefined) {
    return [
      {
        path: at(own, "environment"),
        message: `names an environment without a file: there is no ${file}, which defines its projects`,
        received: JSON.stringify(environment),
        fix: `add ${file} beside this stack's file`,
      },
    ];
  }
  const defined = definition.config.projects ?? {};
  return entriesOf(own.config.projects).flatMap(([slug, declared]): Problem[] => {
    const facts = Object.hasOwn(defined, slug) ? defined[slug] : undefined;
    if (facts === undefined) {
      if (isBroken(draft, at(definition, "projects", slug))) return [];
      return [
        {
          path: at(own, "projects", slug),
          message: `is not a project of ${file}`,
          received: JSON.stringify(keyText(slug)),
          allowed: Object.keys(defined).join(", "),
          fix: fixOf(keyText(slug), defined, file),
        },
      ];
    }
    if (facts.residency === "canada" && declared.residency === "anywhere") {
      return [
        {
          path: at(own, "projects", slug, "residency"),
          message: `would let data leave Canada, where ${file} keeps it (R3)`,
          received: JSON.stringify(declared.residency),
          allowed: "canada",
          fix: "remove the line; a host stack cannot loosen the environment's residency",
        },
      ];
    }
    return [];
  });
}

function fixOf(
  slug: string,
  defined: Readonly<Record<string, FactsDraft | undefined>>,
  file: string,
): string {
  const renamed = entriesOf(defined).find(([, { formerly }]) => formerly === slug);
  return renamed
    ? `write ${renamed[0]}, as ${file} calls it now`
    : suggest(slug, Object.keys(defined), `define the project in ${file} first`);
}

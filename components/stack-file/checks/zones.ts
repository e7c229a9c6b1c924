import type { Problem } from "../../fleet/problem";
import { at, isBroken, type Draft } from "../draft";

/** Each zone whose TLS mode is set is the agency's, named once, and another stack's file does not set it too. */
export function checkZones(draft: Draft): readonly Problem[] {
  const { own, others } = draft;
  if (draft.role === "host") return [];
  const known = Object.keys(own.config.agency?.zones ?? {});
  const listed = own.config.zones ?? [];
  return listed.flatMap((zone, index) => {
    if (zone === undefined) return [];
    const path = at(own, "zones", index);
    const received = JSON.stringify(zone);
    const owner = others.find(({ config }) => config.zones?.includes(zone));
    if (!known.includes(zone)) {
      if (isBroken(draft, at(own, "agency"))) return [];
      return [
        {
          path,
          message: "is no zone of the agency's",
          received,
          allowed: known.length === 0 ? "none is declared" : known.join(", "),
          fix: "add it to berth:agency.zones, or remove the line",
        },
      ];
    }
    if (listed.indexOf(zone) !== index) {
      return [{ path, message: "is named twice", received, fix: "remove one of the two" }];
    }
    if (owner === undefined) return [];
    return [
      {
        path,
        message: `is set by the stack ${owner.stack} too, so that each of the two would undo the other`,
        received,
        fix: `keep it in one of the two files; Berth asks there which names of all environments are ready`,
      },
    ];
  });
}

import { judgeInside } from "../../fleet/inside";
import { judgeNames } from "../../fleet/named";
import { count } from "../../ground/table";
import { bad, good, none, unknown, type Cell } from "../cell";
import { namesFor, type Gathered } from "../gather";
import { ofMachine } from "./known";
import { withoutService } from "./machine";

/** Differences that a cell names. */
const shown = 4;

/**
 * Whether the machine is as it is declared: files and settings by its check, what listens, containers and images as root
 * sees them there, and where its names lead by resolvers. Good where all of it was looked at and nothing differs.
 */
export function drift(row: Gathered): Cell {
  return (
    withoutService(row) ??
    ofMachine(row, ({ check, listening, containers, delivered }, from) => {
      const names = namesSeen(row);
      const origin = { ...from, source: [from.source, ...names.sources].join(", ") };
      const { kind, differ, detail } = check;
      switch (kind) {
        case "failed":
          return bad("check failed", origin, detail);
        case "refused":
          return bad("refused", origin, detail);
        case "observed":
          return none("Berth only looks at this machine", "observed");
        case "done":
        case "drift":
          break;
        default:
          return kind satisfies never;
      }
      const { declared, node } = row.subject.machine!;
      const seen = { ...(listening && { listening }), ...(containers && { containers }) };
      const inside = judgeInside(declared, node.jenkins === "agent", seen, delivered ?? undefined);
      const differs = [...inside.differs, ...names.differs];
      if (kind === "drift" || differs.length > 0) {
        const checked = kind === "drift" ? [`${detail}; berth converge`] : [];
        const all = [...checked, ...differs];
        const more = all.length > shown ? `; and ${all.length - shown} more: berth status` : "";
        const many = (kind === "drift" ? differ : 0) + differs.length;
        const what = count(many, "thing differs", "things differ");
        return bad(what, origin, `${all.slice(0, shown).join("; ")}${more}`);
      }
      const unseen = [...inside.unseen, ...names.unseen];
      if (unseen.length > 0) return unknown(origin, `not seen: ${unseen.join("; ")}`);
      const looked = ["its check", ...inside.looked, ...names.looked];
      return good(`as declared (${looked.join(", ")})`, origin);
    })
  );
}

interface NamesSeen {
  readonly differs: readonly string[];
  readonly unseen: readonly string[];
  readonly looked: readonly string[];
  readonly sources: readonly string[];
}

function namesSeen({ subject, named }: Gathered): NamesSeen {
  const wanted = namesFor(subject)?.wanted;
  if (wanted === undefined) return { differs: [], unseen: [], looked: [], sources: [] };
  if (named?.kind !== "known") {
    const why = named === undefined ? "nobody was asked" : named.why;
    return { differs: [], unseen: [`where its names lead: ${why}`], looked: [], sources: [] };
  }
  const { given } = named.said;
  const unasked = wanted.filter(({ name }) => !given.some((each) => each.name === name));
  if (unasked.length > 0) {
    const names = unasked.map(({ name }) => name).join(", ");
    return { differs: [], unseen: [`where ${names} leads`], looked: [], sources: [] };
  }
  const differs = judgeNames(wanted, given);
  return { differs, unseen: [], looked: ["names"], sources: [named.source] };
}

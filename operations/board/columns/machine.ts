import { fullPercent } from "../../fleet/health";
import { bad, good, none, unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import { ofMachine } from "./known";

/** Updates that wait, which install themselves, and a reboot, which does not. */
export function updates(row: Gathered): Cell {
  return (
    withoutService(row) ??
    ofMachine(row, ({ facts }, from) => {
      if (facts === null) return unknown(from, "it did not tell its state");
      const waiting = `${facts.updates} (${facts.securityUpdates} security)`;
      if (!facts.rebootNeeded) return good(waiting, from);
      return bad(
        `${waiting}, reboot`,
        from,
        "wants a reboot: berth maintain, or its owner, when it suits",
      );
    })
  );
}

/** How full the fullest of its disks is. */
export function disk(row: Gathered): Cell {
  return (
    withoutService(row) ??
    ofMachine(row, ({ facts }, from) => {
      if (facts === null) return unknown(from, "it did not tell its state");
      const value = `${facts.diskPercent}%`;
      if (facts.diskPercent < fullPercent) return good(value, from);
      return bad(value, from, `from ${fullPercent}% on a person should look`);
    })
  );
}

/** Who has an account by declaration, and whether the machine lets in anybody else. */
export function people(row: Gathered): Cell {
  return (
    withoutService(row) ??
    ofMachine(row, ({ open }, from) => {
      const members = row.subject.machine?.declared.members.map(({ name }) => name) ?? [];
      const value = members.length === 0 ? "nobody" : members.join(", ");
      if (open === null) return unknown(from, "it did not tell who may enter", value);
      if (open.length === 0) return good(value, from);
      const more = open.length > 3 ? `, and ${open.length - 3} more` : "";
      return bad(`${value}, and others`, from, `open: ${open.slice(0, 3).join("; ")}${more}`);
    })
  );
}

/** A service that ended has no machine to tell of; its old one has a row of its own. */
export function withoutService({ subject: { ended, machine } }: Gathered): Cell | undefined {
  return ended && machine === undefined ? none("its service ended") : undefined;
}

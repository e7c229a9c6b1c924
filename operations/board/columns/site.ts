import { isDelivered } from "../../../components/placement/deliveries";
import { isWell } from "../../fleet/answered";
import { bad, good, none, unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import { ofMachine, ofReading } from "./known";

/** Whether visitors are answered, the way that they come. */
export function edge({ subject: { project, ended }, visit }: Gathered): Cell {
  if (project === undefined) return none("it serves no project");
  if (ended) return none("its service ended");
  return ofReading(visit, (said, origin) => {
    if (said.kind === "silent") return bad("silent", origin, said.why);
    const { status, ms } = said;
    const value = `${status} in ${ms} ms`;
    if (isWell(status, project.repository !== undefined)) return good(value, origin);
    // The proxy turns away whoever may not visit, which shows that it is there, and no more.
    const turned = project.visitors !== undefined && [401, 403].includes(status);
    if (turned) return good(`${status}, for some visitors only`, origin);
    return bad(String(status), origin, "visitors get no page");
  });
}

/** Whether its service answers on its own machine, behind the proxy. */
export function origin(row: Gathered): Cell {
  const { project, ended, machine } = row.subject;
  if (project === undefined) return none("it serves no project");
  if (ended) return none("its service ended");
  if (machine && !machine.declared.sites.some(({ slug }) => slug === project.slug)) {
    return none("the machine has no proxy of Berth's: nobody knows its port");
  }
  return ofMachine(row, ({ answers }, from) => {
    const status = answers[project.slug];
    if (status === undefined) return unknown(from, "it did not tell what the service answers");
    if (status === 0)
      return bad("silent", from, `nothing answers; look: berth logs ${project.slug}`);
    const delivered = machine !== undefined && isDelivered(machine.node, project);
    if (isWell(status, delivered)) return good(String(status), from);
    return bad(String(status), from, `look: berth logs ${project.slug}`);
  });
}

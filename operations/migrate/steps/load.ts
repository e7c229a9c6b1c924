import { Refusal } from "../../ground/usage";
import { frozen, loaded } from "../answers";
import { ask } from "../machines";
import type { Step } from "../step";

/** What the old databases hold comes to the new machine as a dump, and is compared there at rest. */
export const load: Step = {
  name: "load",
  only: "dump",
  does: "streams a dump of the old databases into the new ones, and compares every row and document with what was dumped",
  interrupts: true,
  act({ new: target, slug, keeper }) {
    const [at] = Object.values(frozen.parse(keeper.evidenceOf("freeze")).databases);
    return ask(target, ["load", slug], loaded, { freeze: at?.position });
  },
  check({ keeper, new: target }, evidence) {
    const { freeze, databases, seconds } = loaded.parse(evidence);
    const positions = Object.entries(frozen.parse(keeper.evidenceOf("freeze")).databases);
    const other = positions.filter(([service, { position }]) => {
      return position !== freeze || databases[service] === undefined;
    });
    if (other.length > 0) {
      const names = other.map(([service]) => service).join(", ");
      throw new Refusal(`${target.name}: ${names} was not loaded of this freeze`);
    }
    const took = Object.entries(seconds).map(([what, many]) => `${what} ${many} s`);
    return Promise.resolve(
      Object.entries(databases).map(
        ([service, { rows, documents, bytes }]) =>
          `${service}: ${documents === undefined ? `${rows ?? 0} rows, sequences and large objects` : `${documents} documents`} (${bytes} bytes of dump) are alike on both (${took.join(", ")})`,
      ),
    );
  },
};

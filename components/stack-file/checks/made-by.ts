import type { Draft } from "../draft";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";

/** A machine bears a folded host stack's name in its environment's stack alone: a host stack's bear its own. */
export function checkMadeBy({ stack, role, machines }: Draft): readonly Problem[] {
  return machines.flatMap(({ entry, at }): Problem[] => {
    const { madeBy } = entry ?? {};
    if (madeBy === undefined || (role === "environment" && madeBy !== stack)) return [];
    return [
      {
        path: at("madeBy"),
        message:
          role === "host"
            ? "is for the stack of an environment, into which a host stack was folded"
            : "names this stack itself, whose machines bear its name anyhow",
        ...received(madeBy),
        fix: "remove the line",
      },
    ];
  });
}

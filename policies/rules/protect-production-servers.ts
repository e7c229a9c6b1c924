import { isProduction } from "../judge/facts";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { addresses, projectNode, servers } from "../judge/types";
import { unknown } from "../../engine/values";

export const policy: Policy = {
  name: "protect-production-servers",
  rules: [11, 74],
  description:
    "A production server and its address, and every adopted machine, refuse to be deleted until " +
    "the program has checked all that lets them go.",
  check: protectProductionServers,
};

/** Judges servers and addresses one by one: protection of a component would not bind them. */
export function* protectProductionServers(resource: Resource): Generator<Judgement> {
  if (!(resource.type in servers) && !addresses.includes(resource.type)) return;
  if (resource.protect) return;
  const node = above(resource, projectNode);
  const released = node && input(node, "released");
  if (released === true) return;
  const adopted = node ? input(node, "adopted") : false;
  const production = isProduction(resource);
  const missing =
    node && Object.entries({ released, adopted }).find(([, fact]) => fact === unknown);
  if (missing) yield unjudged(node, missing[0]);
  else if (production === unknown) yield unjudged(node, "environment");
  else if (production || adopted === true) {
    yield violation(
      resource,
      adopted === true
        ? "it is an adopted machine and not protected"
        : "it is in production and not protected",
      "set protect; a machine that shall go is released by `retired` with `remove: true` for its node",
    );
  }
}

import { openings } from "../judge/openings";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { projectNode } from "../judge/types";
import { entries, unknown } from "../../engine/values";

/** SSH (R26) and the web (R23): all that a node is reached for unless it declares more. */
const allowed: readonly number[] = [22, 80, 443];

export const policy: Policy = {
  name: "keep-other-ports-closed",
  rules: [23, 26],
  description:
    "Firewalls let in SSH (22), the web (80, 443) and what their node declares under `ports`, and " +
    "nothing else; a firewall that cannot be read is refused.",
  check: keepOtherPortsClosed,
};

/** Judges every rule of every provider's firewall, whomever the rule admits. */
export function* keepOtherPortsClosed(resource: Resource): Generator<Judgement> {
  const node = above(resource, projectNode);
  const declared = entries(node && input(node, "ports"));
  for (const opening of openings(resource)) {
    const { path } = opening;
    if ("unreadable" in opening) {
      yield violation(
        resource,
        `${path} ${opening.unreadable}`,
        "use a firewall of a kind that judge/openings.ts reads, with its rules written into it",
      );
      continue;
    }
    if (opening.ports === unknown) {
      yield unjudged(resource, path);
      continue;
    }
    const { from, to } = opening.ports;
    // A range is allowed only where each of its ports is: none of two ports is.
    if (from === to && allowed.includes(from)) continue;
    if (from === to && declared.includes(`${from}/${opening.protocol}`)) continue;
    const ports = from === to ? `port ${from}` : `ports ${from} to ${to}`;
    yield path === "inboundDefaultPolicy"
      ? violation(resource, "it lets in what no rule names", 'set inboundDefaultPolicy to "drop"')
      : violation(
          resource,
          `${path} opens ${ports}; allowed: ${allowed.join(", ")}`,
          "take the rule out, narrow it to one allowed port, or declare the port with a reason",
        );
  }
}

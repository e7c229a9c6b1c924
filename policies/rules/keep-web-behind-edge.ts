import { isOfEdge } from "../judge/edge";
import { openings, type Opening } from "../judge/openings";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { projectNode } from "../judge/types";
import { unknown } from "../../engine/values";

/** HTTP and HTTPS. */
const web: readonly number[] = [80, 443];

export const policy: Policy = {
  name: "keep-web-behind-edge",
  rules: [23, 41],
  description:
    "The web's ports (80, 443) admit the networks of Cloudflare and nobody else, so that a proxied " +
    "name cannot be gone around; a node that serves a project whose DNS the client runs says so and " +
    "is open to the world, and one that another machine leads visitors to names that machine's address.",
  check: keepWebBehindEdge,
};

/** Judges every rule that covers a port of the web, by whom it admits. */
export function* keepWebBehindEdge(resource: Resource): Generator<Judgement> {
  const node = above(resource, projectNode);
  if (node && input(node, "web") === "anyone") return;
  const led = node ? leaders(input(node, "visitorsFrom")) : [];
  for (const opening of openings(resource)) {
    // Who cannot be read is refused by keep-other-ports-closed.
    if ("unreadable" in opening || !coversWeb(opening)) continue;
    const { path, ports, from } = opening;
    if (ports === unknown || from === unknown) {
      yield unjudged(resource, path);
      continue;
    }
    const strangers =
      from === "anyone"
        ? [from]
        : from.filter((network) => !isOfEdge(network) && !led.includes(network));
    if (strangers.length === 0) continue;
    const [first] = strangers;
    const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : "";
    yield violation(
      resource,
      `${path} lets ${first}${more} reach the web past Cloudflare`,
      "admit Cloudflare's networks alone, as Berth does unless a project has `dns: external`",
    );
  }
}

/** Machines that lead visitors to a node: one address each, or it is none. */
function leaders(declared: unknown): readonly string[] {
  const texts = Array.isArray(declared) ? declared : [];
  return texts.filter((text): text is string => /\/(32|128)$/.test(String(text)));
}

function coversWeb(opening: Exclude<Opening, { readonly unreadable: string }>): boolean {
  const { ports } = opening;
  if (ports === unknown) return true;
  return web.some((port) => ports.from <= port && port <= ports.to);
}

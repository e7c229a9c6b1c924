import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { projectNode, servers } from "../judge/types";
import { at, strings, unknown, type Found } from "../../engine/values";

/** What may follow `slug-`: a client's name, in the same form as a slug. */
const clientName = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export const policy: Policy = {
  name: "name-nodes-by-slug",
  rules: [9],
  description:
    "A node is named like one of its projects, or `slug-client` when it serves one client of it; " +
    "its server carries the same name.",
  check: nameNodesBySlug,
};

/** Judges a node's name by its projects, and a server's name by its node. */
export function* nameNodesBySlug(resource: Resource): Generator<Judgement> {
  if (resource.type === projectNode) yield* judgeNode(resource);
  else if (resource.type in servers) yield* judgeServer(resource);
}

function* judgeNode(node: Resource): Generator<Judgement> {
  const name = input(node, "node");
  const projects = strings(input(node, "projects"));
  if (name === unknown || node.inputs === undefined) yield unjudged(node, "node");
  else if (projects === unknown) yield unjudged(node, "projects");
  else if (typeof name !== "string" || !projects.some((slug) => isNameFor(slug, name))) {
    yield violation(
      node,
      `the node is named ${String(name)}; its projects: ${projects.join(", ") || "none"}`,
      `name it ${projects[0] ?? "after its project"}, or ${projects[0] ?? "slug"}-<client>`,
    );
  }
}

function isNameFor(slug: string, name: string): boolean {
  return (
    name === slug || (name.startsWith(`${slug}-`) && clientName.test(name.slice(slug.length + 1)))
  );
}

function* judgeServer(server: Resource): Generator<Judgement> {
  const node = above(server, projectNode);
  const wanted = node && input(node, "node");
  if (typeof wanted !== "string") return;
  // An adopted machine keeps the name it was given by hand.
  if (node && input(node, "adopted") === true) return;
  const { path, name } = nameOf(server);
  if (name === unknown) yield unjudged(server, path);
  else if (name !== wanted) {
    yield violation(
      server,
      `${path} is ${String(name ?? "not set")}, but its node is ${wanted}`,
      `set ${path} to ${wanted}`,
    );
  }
}

/** EC2 has no names; its console shows the tag. */
function nameOf(server: Resource): { path: string; name: Found } {
  return server.type.startsWith("aws:ec2/")
    ? { path: "tags.Name", name: at(server.inputs, "tags", "Name") }
    : { path: "name", name: input(server, "name") };
}

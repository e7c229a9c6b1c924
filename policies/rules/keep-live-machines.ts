import { violation, type Judgement, type Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { servers } from "../judge/types";

export const policy: Policy = {
  name: "keep-live-machines",
  rules: [6],
  description: "A newer image or other user data never replaces a live machine.",
  check: keepLiveMachines,
};

/** Judges whether a server ignores changes of the inputs from which it was once made. */
export function* keepLiveMachines(server: Resource): Generator<Judgement> {
  const kind = servers[server.type];
  if (!kind) return;
  const needed = [kind.image, "userData"].filter((key) => !server.ignoreChanges.includes(key));
  if (needed.length > 0) {
    yield violation(
      server,
      `a change of ${needed.join(" or ")} would replace it`,
      `add ${needed.map((key) => `"${key}"`).join(", ")} to its ignoreChanges`,
    );
  }
}

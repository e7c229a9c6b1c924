import type { Problem } from "../../fleet/problem";
import type { Draft, ProjectDraft } from "../draft";
import { unreadNetworks } from "./networks";

/** Who may visit a project can be told, and is somebody (R81). */
export function checkVisitors(draft: Draft): readonly Problem[] {
  // A host stack takes what its environment declares, which is told there.
  return draft.role === "host" ? [] : draft.projects.flatMap(problems);
}

function problems({ facts, at }: ProjectDraft): Problem[] {
  const { visitors } = facts;
  if (visitors === undefined) return [];
  const { networks, password } = visitors;
  if ((networks === undefined || networks.length === 0) && password === undefined) {
    return [
      {
        path: at("visitors"),
        message: "names nobody who may visit",
        fix: "give networks, a password or both, or remove it for anyone",
      },
    ];
  }
  return unreadNetworks(networks ?? [], (index) => at("visitors", "networks", index));
}

import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";
import { readNetwork } from "../../placement/network";
import type { Draft, ProjectDraft } from "../draft";

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
  return (networks ?? []).flatMap((each, index): Problem[] => {
    if (each === undefined) return [];
    const reading = readNetwork(each);
    if (reading.kind === "network") return [];
    const { message, allowed, fix } = reading;
    return [{ path: at("visitors", "networks", index), message, ...received(each), allowed, fix }];
  });
}

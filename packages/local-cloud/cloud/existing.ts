import type { Existing } from "../providers/existing";
import type { CloudCard } from "./card";

export type { Existing } from "../providers/existing";

/** Puts things on a local cloud that existed before the program; answers what could not be put there. */
export async function postExisting(
  card: CloudCard,
  existing: Existing,
): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${card.control}/existing`, {
    method: "POST",
    body: JSON.stringify(existing),
  });
  if (!response.ok) throw new Error(`the local cloud: ${await response.text()}`);
  return ((await response.json()) as { missing: string[] }).missing;
}

import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";
import { readNetwork } from "../../placement/network";

/** What of a list of networks cannot be read, each at its place. */
export function unreadNetworks(
  list: readonly (string | undefined)[],
  at: (index: number) => string,
): Problem[] {
  return list.flatMap((text, index): Problem[] => {
    if (text === undefined) return [];
    const reading = readNetwork(text);
    if (reading.kind === "network") return [];
    const { message, allowed, fix } = reading;
    return [{ path: at(index), message, ...received(text), allowed, fix }];
  });
}

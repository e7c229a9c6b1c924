import * as pulumi from "@pulumi/pulumi";

import type { Bootstrap } from "./bootstrap";
import { isKnown } from "../machine/known";
import type { Machine } from "../outputs/history";
import type { Host } from "../clouds";

/** Where a machine is reached, and the host key that is pinned there. */
export interface WayIn {
  readonly address: string;
  readonly hostKey: string;
}

/** A machine's way in, by what it is good for. */
export interface WaysIn {
  /** The machine is as declared, or was when it was last converged: visitors may be led there. */
  readonly converged?: WayIn;
  /** The machine was entered and its converge failed: for those who repair it. */
  readonly unfinished?: WayIn;
}

/**
 * The way to a machine as a stack publishes it. With `--continue-on-error` a run goes on after a
 * failed bootstrap and publishes its outputs: an address among them would be one that names are then
 * led to. A machine that was converged before keeps what was published then, since a change that
 * failed on it does not end its service.
 *
 * In a preview nothing has failed yet, and the machine is shown as it is known.
 */
export function waysIn(
  host: Host,
  bootstrap: Bootstrap,
  before: Machine | undefined,
): pulumi.Output<WaysIn> {
  const { id, address } = host;
  const { hostKey, done } = bootstrap;
  const way = pulumi.all([address, hostKey]).apply(([a, k]): WayIn => ({ address: a, hostKey: k }));
  if (pulumi.runtime.isDryRun()) return way.apply((converged): WaysIn => ({ converged }));
  const settled = Promise.all([done, way, id].map(isKnown)).then(([converged, reached, made]) => {
    if (converged && reached) return way.apply((now): WaysIn => ({ converged: now }));
    if (!made) return pulumi.output(published(before));
    return pulumi.all([id, address, reached ? way : undefined]).apply(([now, at, unfinished]) => {
      if (sameMachine(now, at, before)) return published(before);
      return unfinished ? { unfinished } : {};
    });
  });
  return pulumi.output(settled) as pulumi.Output<WaysIn>;
}

function published(before: Machine | undefined): WaysIn {
  const { address, hostKey } = before ?? {};
  return address === undefined || hostKey === undefined ? {} : { converged: { address, hostKey } };
}

/** States of older programs hold no id; an address is one machine's at a time. */
function sameMachine(id: string, address: string, before: Machine | undefined): boolean {
  return before?.address === address && (before.id ?? id) === id;
}

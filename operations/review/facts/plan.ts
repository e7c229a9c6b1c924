import type { Change, Preview } from "../../../engine/preview";
import { renamesOf, underLaterNames, type Rename } from "./renames";
import { sideOf, type Side } from "./side";

/** Both sides, made once. What is renamed in place bears its later name on both. */
export interface Plan {
  readonly preview: Preview;
  readonly before: Side;
  readonly after: Side;
  readonly renamed: readonly Rename[];
  /** The node a change belongs to, wherever it still or already exists. */
  readonly nodeOf: (change: Change) => string | undefined;
}

export function planOf(preview: Preview): Plan {
  const [was, after] = [sideOf(preview, "before"), sideOf(preview, "after")];
  const renamed = renamesOf(was, after);
  const before = underLaterNames(was, renamed);
  return {
    preview,
    before,
    after,
    renamed,
    nodeOf: (change) => after.nodeOf(change) ?? before.nodeOf(change),
  };
}

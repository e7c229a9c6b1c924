import type { Context } from "../emulator/handler";
import type { World } from "../emulator/world";

/** World kind of what providers' APIs tell of a snapshot and their resources do not show. */
const kind = "local/snapshot";

/** When a snapshot was begun, and whether it is complete. */
export interface SnapshotDate {
  /** As the API writes instants. */
  readonly takenAt: string;
  /** Put there to rehearse one that is not complete: the API's word for its state. */
  readonly state?: string;
}

/** Notes a snapshot that is taken now. */
export function noteSnapshot(id: string, context: Context): void {
  context.world.put(kind, id, {
    takenAt: context
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z"),
  });
}

/** What was noted of a snapshot. */
export function snapshotDate(world: World, id: string): SnapshotDate | undefined {
  const data = world.get(kind, id)?.data;
  if (!data) return undefined;
  const { takenAt, state } = data;
  return { takenAt: String(takenAt), ...(typeof state === "string" ? { state } : {}) };
}

/** Forgets a snapshot that is deleted. */
export function forgetSnapshot(id: string, context: Context): void {
  context.world.remove(kind, id);
}

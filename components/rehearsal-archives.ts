/**
 * Whether archives are kept anywhere: not in a rehearsal without a server for them, whose local cloud says so by
 * `BERTH_REHEARSAL_NO_ARCHIVES`; an update that awaited a first one would fail by it.
 */
export function keepsArchives(variables: NodeJS.ProcessEnv): boolean {
  return !variables["BERTH_REHEARSAL_NO_ARCHIVES"];
}

/** Whether a look-up failed because the provider knows no such thing, by what providers say then. */
export function isMissing(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return /no (droplet )?snapshots? (was |were )?found|no image found|not found|NotFound|no results|empty result|no matching|\b404\b/i.test(
    text,
  );
}

/** An instant as providers write it; undefined for what is none. */
export function instantOf(text: unknown): Date | undefined {
  const instant = typeof text === "string" ? new Date(text) : undefined;
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}

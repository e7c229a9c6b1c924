/** What the session is called in the state that awaits a project's first archive on a node. */
export const firstArchiveName = (node: string, slug: string): string =>
  `${node}-${slug}-first-archive`;

/** Whether a session of the state is one of those. */
export const isFirstArchive = (name: string): boolean => name.endsWith("-first-archive");

/** The resource that is the first run of a project's job, by the project's slug. */
export const firstRunName = (slug: string): string => `${slug}-first-run`;

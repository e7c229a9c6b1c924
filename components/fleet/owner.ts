import type { Agency } from "./agency";

/**
 * By what things at a service that several Berth projects may use are told apart: the agency's short name, which its
 * buckets' names begin with, and `project`, the engine's project.
 */
export const ownerOf = ({ name }: Pick<Agency, "name">, project: string): string =>
  `${name}/${project}`;

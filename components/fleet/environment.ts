/** The environments the manual knows for servers (`test` and `dev` run on Jenkins and laptops). */
export const environments = ["stage", "prod"] as const;
export type Environment = (typeof environments)[number];

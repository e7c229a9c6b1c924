/** Clouds that Berth creates machines on. */
export const clouds = ["digitalocean", "scaleway", "aws"] as const;
export type Cloud = (typeof clouds)[number];

/**
 * What Berth may change on a machine it did not make; switched on one by one. On a machine that Berth
 * makes all are on.
 */
export const takeOverSteps = ["people", "firewall", "proxy", "deploy"] as const;
export type TakeOverStep = (typeof takeOverSteps)[number];

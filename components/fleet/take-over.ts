/** What Berth may change on a machine it did not make; switched on one by one. */
export const takeOverSteps = ["people", "firewall", "proxy", "deploy"] as const;
export type TakeOverStep = (typeof takeOverSteps)[number];

/** The steps that do something on a machine Berth did not make, and may so be declared for one. */
export const declarableSteps = ["people", "firewall", "deploy"] as const;

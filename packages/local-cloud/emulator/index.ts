/** What emulates a provider at the engine's own boundary: for a cloud that is not here yet. */

export { Faults } from "./faults";
export type { Provider } from "./handler";
export { recordedMachines, type Machines } from "./machines";
export { serve } from "./server";
export { World } from "./world";

import { sayAs } from "../packages/local-cloud/ground/progress";

/** Berth's progress, where it does not mix with a command's own output. */
export const sayOnStderr = sayAs("berth");

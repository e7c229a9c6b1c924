/** GB of memory of a node that asks for none (R7). */
export const memoryDefault = 2;

/** GB of disk of a node that asks for none (R7). */
export const diskDefault = 50;

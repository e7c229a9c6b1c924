import type { Rule } from "../rule";
import { machines } from "./machines";
import { namesAndBackups } from "./names-and-backups";
import { pipelinesAndMoves } from "./pipelines-and-moves";

/** Every rule, in the manual's order. */
export const rules: readonly Rule[] = [...machines, ...namesAndBackups, ...pipelinesAndMoves];

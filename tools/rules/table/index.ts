import type { Rule } from "../rule";
import { machines } from "./machines";
import { moves } from "./moves";
import { namesAndBackups } from "./names-and-backups";
import { pipelinesAndReviews } from "./pipelines-and-reviews";

/** Every rule, in the manual's order. */
export const rules: readonly Rule[] = [
  ...machines,
  ...namesAndBackups,
  ...pipelinesAndReviews,
  ...moves,
].toSorted((a, b) => a.number - b.number);

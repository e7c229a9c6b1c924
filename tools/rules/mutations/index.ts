import type { Mutation } from "../mutation";
import { jobs } from "./jobs";
import { machines } from "./machines";
import { namesAndBackups } from "./names-and-backups";
import { pipelinesAndMoves } from "./pipelines-and-moves";

/** For each rule that something enforces, the edit that its test must not survive. */
export const mutations: readonly Mutation[] = [
  ...jobs,
  ...machines,
  ...namesAndBackups,
  ...pipelinesAndMoves,
];

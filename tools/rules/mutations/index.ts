import type { Mutation } from "../mutation";
import { jobs } from "./jobs";
import { machines } from "./machines";
import { moves } from "./moves";
import { namesAndBackups } from "./names-and-backups";
import { pipelinesAndReviews } from "./pipelines-and-reviews";
import { refusals } from "./refusals";
import { transparency } from "./transparency";

/** For each rule that something enforces, the edit that its test must not survive. */
export const mutations: readonly Mutation[] = [
  ...jobs,
  ...machines,
  ...namesAndBackups,
  ...pipelinesAndReviews,
  ...moves,
  ...refusals,
  ...transparency,
];

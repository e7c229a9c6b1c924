import type { Draft } from "../draft";
import type { Problem } from "../problem";

/** A cross-check: what is wrong between fields that are well-formed by themselves. */
export type Check = (draft: Draft) => readonly Problem[];

/** Every cross-check, in the order their problems are told. */
export const checks: readonly Check[] = [];

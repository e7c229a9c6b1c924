import type { CommentFrame } from "../render/markdown";

/** Previews, however they were made. */
export interface Made {
  /** Engine output of each stack, and what to call it in errors. */
  readonly texts: readonly { readonly source: string; readonly text: string }[];
  readonly frame: CommentFrame;
  /** Whether more changes than the plans can tell: the program that made them, for one. */
  readonly beyond: boolean;
  /** Stacks of which no preview could be made, in words. */
  readonly failures: readonly string[];
}

import { ConfigError, inFiles, type FileOf, type Problem } from "../fleet/problem";
import { looksSecret } from "../fleet/show";

/** Longest part of a provider's answer that is repeated. */
const answerLimit = 300;

/** Questions sent at once: the providers count requests. */
const atOnce = 10;

/** A question that got no answer. */
interface Unanswered {
  /** What was to be asked, to stand after "whether". */
  readonly what: string;
  /** Why there is no answer, in the provider's words. */
  readonly why: string;
  /** Whether nothing may be made without the answer. */
  readonly needed: boolean;
}

/**
 * Gathers what the look at zone, accounts and machines brings to light: what stands in the way, what
 * is worth saying, and what could not be asked.
 */
export class Asking {
  readonly problems: Problem[] = [];
  readonly notes: string[] = [];
  private readonly unanswered: Unanswered[] = [];

  /**
   * The answer to a question, undefined when there is none. `what` says what is asked and stands
   * after "whether"; without an answer to one that is `needed` no update begins.
   */
  async ask<Answer>(
    what: string,
    question: () => Promise<Answer>,
    needed = true,
  ): Promise<Answer | undefined> {
    try {
      return await question();
    } catch (error) {
      this.unanswered.push({ what, why: wordsOf(error), needed });
      return undefined;
    }
  }

  /**
   * Throws one `ConfigError` with all that stands in the way; answers what is to be said otherwise.
   * A preview is let off without answers, since it may run without credentials, and says so.
   */
  conclude(isPreview: boolean, fileOf: FileOf): readonly string[] {
    const silent = isPreview ? [] : this.unanswered.filter(({ needed }) => needed);
    const problems = [...this.problems, ...silent.map(unansweredProblem)];
    if (problems.length > 0)
      throw new ConfigError(inFiles(problems, fileOf), "What exists already stands in the way:");
    const left = this.unanswered.map(
      ({ what, why, needed }) =>
        `Not asked: whether ${what} (${why}).${needed ? " The update asks before it makes anything." : ""}`,
    );
    return [...this.notes, ...new Set(left)];
  }
}

/** Answers one question after the other for each item, some at a time. */
export async function forEach<Item>(
  items: readonly Item[],
  action: (item: Item) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce) {
    await Promise.all(items.slice(start, start + atOnce).map(action));
  }
}

/** What a provider said, in one line, without anything in it that looks like a secret. */
export function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const words = text
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => (looksSecret(word) && !/^[\w.:/"-]+\/[\w./"-]+$/.test(word) ? "…" : word));
  const line = words.join(" ");
  return line.length > answerLimit ? `${line.slice(0, answerLimit)}…` : line;
}

function unansweredProblem({ what, why }: Unanswered): Problem {
  return {
    path: "not known",
    message: `whether ${what}: ${why}`,
    fix: "give the deployment credentials that may ask this, or try again when the provider answers",
  };
}

/** Who is still at work, for a person who waits for all of them. */
export interface Unfinished {
  /** Does one's work, and counts it as at work meanwhile. */
  readonly during: <Answer>(name: string, work: () => Promise<Answer>) => Promise<Answer>;
  /** Ends the telling. */
  readonly stop: () => void;
}

const minute = 60_000;

/** Says every minute which are at work: one machine in fifty may install Docker, or hang. */
export function tellUnfinished(say: (text: string) => void): Unfinished {
  const names = new Set<string>();
  let minutes = 0;
  const timer = setInterval(() => {
    minutes += 1;
    say(`still at work after ${minutes} min: ${[...names].join(", ")}`);
  }, minute);
  return {
    during: async (name, work) => {
      names.add(name);
      try {
        return await work();
      } finally {
        names.delete(name);
      }
    },
    stop: () => clearInterval(timer),
  };
}

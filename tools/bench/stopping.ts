const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The work's result, or an error as soon as the measurement is stopped (Ctrl-C), so that a `finally`
 * clears what the work had made. What is still under way then ends by itself: its ground is gone.
 */
export async function unlessStopped<T>(work: Promise<T>): Promise<T> {
  let stop: (signal: NodeJS.Signals) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = (signal) => reject(new Error(`stopped by ${signal}; nothing was measured`));
  });
  for (const signal of signals) process.once(signal, stop);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

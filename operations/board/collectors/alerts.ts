import * as fs from "node:fs";

import { evidence, type Evidence } from "../../notify/evidence";
import type { Context } from "../../ground/context";
import type { Collector } from "../reading";

/** What was kept of the last message that Slack took; the thing that is asked about is the file. */
export function alerts(context: Context): Collector<string, Evidence> {
  return {
    source: (file) => file,
    limitMs: 5_000,
    form: evidence,
    ask: async (file) => {
      const text = await fs.promises.readFile(file, "utf8").catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        throw new Error("no message was kept as taken; berth notify --test --evidence does");
      });
      return { at: context.now, said: JSON.parse(text) as unknown };
    },
  };
}

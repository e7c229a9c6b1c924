import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { z } from "zod";

import { webhookVariable } from "./webhook";

/** That Slack took a message: the one proof that a webhook works. */
export const evidence = z.strictObject({
  /** When. */
  at: z.iso.datetime(),
  /** Which webhook it was: the beginning of a digest of its address, which is a secret. */
  webhook: z.string().regex(/^[0-9a-f]{16}$/),
});
export type Evidence = z.output<typeof evidence>;

/** Which webhook an environment holds, without its address; undefined where it holds none. */
export function webhookMark(env: NodeJS.ProcessEnv): string | undefined {
  const address = env[webhookVariable];
  if (address === undefined || address === "") return undefined;
  return createHash("sha256").update(address).digest("hex").slice(0, 16);
}

/** Keeps that Slack just took a message by this environment's webhook. */
export function keepEvidence(file: string, env: NodeJS.ProcessEnv, now: Date): void {
  const webhook = webhookMark(env);
  if (webhook === undefined) throw new Error("a message was taken by no webhook");
  const kept: Evidence = { at: now.toISOString(), webhook };
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, `${JSON.stringify(kept)}\n`);
  fs.renameSync(draft, file);
}

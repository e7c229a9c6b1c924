import * as fs from "node:fs";
import { z } from "zod";

import { webhookMark } from "../../components/integrations/webhook";

/** That Slack took a message: the one proof that a webhook works. */
export const evidence = z.strictObject({
  /** When. */
  at: z.iso.datetime(),
  /** Which webhook it was: the beginning of a digest of its address, which is a secret. */
  webhook: z.string().regex(/^[0-9a-f]{16}$/),
});
export type Evidence = z.output<typeof evidence>;

/** Keeps that Slack just took a message by this environment's webhook. */
export function keepEvidence(file: string, env: NodeJS.ProcessEnv, now: Date): void {
  const webhook = webhookMark(env);
  if (webhook === undefined) throw new Error("a message was taken by no webhook");
  const kept: Evidence = { at: now.toISOString(), webhook };
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, `${JSON.stringify(kept)}\n`);
  fs.renameSync(draft, file);
}

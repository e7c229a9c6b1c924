import { Refusal } from "./usage";

/** Bytes of a service's answer that are read: more than any of ours has, and less than would fill a computer. */
const most = 32 * 1024 * 1024;

/** Bytes at the end of a long text that are kept. */
const tailBytes = 256 * 1024;

/** A service that cannot answer now, and may later. */
export class Unavailable extends Refusal {}

/**
 * The text of an answer, of bytes that are no UTF-8 with a sign in their place. Throws an `Unavailable` where it breaks
 * off, and a `Refusal` where it does not end; `from` is who answered. `end`: a text of any length, of which the end is
 * enough.
 */
export async function answerText(answer: Response, from: string, end = false): Promise<string> {
  let kept: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      kept.push(chunk);
      bytes += chunk.length;
      if (!end && bytes > most) break;
      if (end && bytes > 2 * tailBytes) {
        kept = [Buffer.concat(kept).subarray(-tailBytes)];
        bytes = tailBytes;
      }
    }
  } catch (error) {
    throw new Unavailable(`${from} broke off in its answer`, { cause: error });
  }
  if (bytes > most) {
    throw new Refusal(
      `${from} answered more than ${most / 1024 / 1024} MB; is it what it is said to be?`,
    );
  }
  return Buffer.concat(kept).toString("utf8");
}

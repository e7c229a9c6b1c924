import { setTimeout as sleep } from "node:timers/promises";

import { webhookVariable } from "../../components/integrations/webhook";
import { answerText } from "../ground/answer-text";
import { printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";

/** Slack takes about one message a second. */
const pause = 1_000;
const patience = 10_000;
/** The longest that Slack may ask us to wait before it is a failure. */
const longestWait = 60_000;

/** A way to tell a channel of Slack something. */
export type Tell = (text: string) => Promise<void>;

/**
 * Reads the webhook's address of an environment. Throws a `Refusal` naming the variable, and never its value, where it is
 * absent or no address: one with the quotes of a file around it would be declared and dead.
 */
export function webhookOf(env: NodeJS.ProcessEnv): Tell {
  const address = env[webhookVariable];
  const fix = "copy the webhook's address from Slack (Apps, Incoming Webhooks), without quotes";
  if (address === undefined || address === "") {
    throw new Refusal(`${webhookVariable} is not set; ${fix}`);
  }
  const isLoopback = /^http:\/\/127\.0\.0\.1:\d+\//.test(address);
  if (!isLoopback && !/^https:\/\/[^\s"'\\<>]+\/[^\s"'\\<>]+$/.test(address)) {
    throw new Refusal(`${webhookVariable} is no address with https://; ${fix}`);
  }
  let free = 0;
  return async (text) => {
    const wait = free - Date.now();
    if (wait > 0) await sleep(wait);
    try {
      await post(address, text);
    } finally {
      free = Date.now() + pause;
    }
  };
}

async function post(address: string, text: string, again = true): Promise<void> {
  const message = { text, mrkdwn: false, link_names: false, unfurl_links: false };
  const answer = await fetch(address, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(patience),
  }).catch((error: unknown) => {
    throw new Refusal(`Slack was not reached: ${codeOf(error)}`);
  });
  const said = printableLine(await answerText(answer, "Slack").catch(() => ""), 80);
  if (answer.status === 429 && again) {
    const seconds = Number(answer.headers.get("retry-after") ?? "1");
    if (seconds >= 0 && seconds * 1_000 <= longestWait) {
      await sleep(seconds * 1_000);
      return post(address, text, false);
    }
  }
  // Slack says ok in so many words; whatever else answers with 200 is not Slack.
  if (answer.status === 200 && said === "ok") return;
  throw new Refusal(
    `Slack did not take the message: ${answer.status} ${said.replaceAll(address, "…")}; see that the webhook of ${webhookVariable} exists and its channel is not archived`,
  );
}

/** What a failure is called; its message could hold the address. */
function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? (name === "TimeoutError" ? "no answer within 10 s" : "no connection");
}

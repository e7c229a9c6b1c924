import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** What Slack answers to a message: its status, its word and whether it asks to wait. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string;
}

/**
 * A double of Slack's incoming webhooks: takes what its documentation says it takes, answers in its words, and shows a
 * message as its readers see it.
 */
export class Slack {
  readonly got: { readonly text: string; readonly at: number }[] = [];
  /** Answers that come first, whatever is sent. */
  answers: Answer[] = [];
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, body, retryAfter } =
        this.answers.shift() ?? this.judge(request, Buffer.concat(chunks).toString());
      response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
      response.end(body);
    });
  });

  /** Answers the webhook's address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/services/T0/B0/hook-secret`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private judge(request: http.IncomingMessage, body: string): Answer {
    if (!request.url?.endsWith("/hook-secret")) return { status: 404, body: "no_service" };
    let message: { text?: unknown; mrkdwn?: unknown; link_names?: unknown };
    try {
      message = JSON.parse(body) as typeof message;
    } catch {
      return { status: 400, body: "invalid_payload" };
    }
    const { text } = message;
    if (typeof text !== "string" || text === "") return { status: 400, body: "no_text" };
    if (text.length > 40_000) return { status: 400, body: "msg_too_long" };
    this.got.push({ text, at: Date.now() });
    return { status: 200, body: "ok" };
  }
}

/** What a reader sees, whom it notifies and where its links lead, by Slack's rules of &, < and >. */
export function seen(text: string): { shown: string; notified: string[]; links: string[] } {
  const notified: string[] = [];
  const links: string[] = [];
  const shown = text
    .replaceAll(/<([^<>]*)>/g, (_, inside: string) => {
      if (/^[!@#]/.test(inside)) {
        notified.push(inside);
        return "";
      }
      const [url = "", label = url] = inside.split("|");
      links.push(unescape(url));
      return label;
    })
    .replaceAll(/&(lt|gt|amp);/g, (whole) => unescape(whole));
  return { shown, notified, links };
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

import * as http from "node:http";

import { World } from "../emulator/world";
import { listening, type Listening } from "../ground/listen";

/** What Slack answers to a message: its status, its word and whether it asks to wait. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string;
}

/** A message that a channel got. */
export interface Message {
  readonly text: string;
  /** When it came, in milliseconds. */
  readonly at: number;
}

/** The path of the one webhook that there is. */
const webhook = "/services/T0/B0/hook-secret";
const kind = "slack/message";

/**
 * A double of Slack's incoming webhooks: takes what its documentation says it takes, answers in its words, and keeps
 * the messages as objects of a world.
 */
export class Slack {
  /** Answers that come first, whatever is sent. */
  answers: Answer[] = [];
  private door: Listening | undefined;

  constructor(private readonly world = new World()) {}

  /** The messages, oldest first. */
  get got(): readonly Message[] {
    return this.world
      .list(kind)
      .map(({ data }) => ({ text: String(data["text"]), at: Number(data["at"]) }));
  }

  /** Serves on loopback; answers the webhook's address. */
  async start(port?: number): Promise<string> {
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { status, body, retryAfter } =
          this.answers.shift() ?? this.judge(request, Buffer.concat(chunks).toString());
        response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter });
        response.end(body);
      });
    });
    this.door = await listening(server, "127.0.0.1", port);
    return `http://127.0.0.1:${this.door.port}${webhook}`;
  }

  async stop(): Promise<void> {
    await this.door?.close();
  }

  private judge({ method, url }: http.IncomingMessage, body: string): Answer {
    if (method !== "POST" || url !== webhook) return { status: 404, body: "no_service" };
    let message: { text?: unknown } | null;
    try {
      message = JSON.parse(body) as typeof message;
    } catch {
      return { status: 400, body: "invalid_payload" };
    }
    const text = message?.text;
    if (typeof text !== "string" || text === "") return { status: 400, body: "no_text" };
    if (text.length > 40_000) return { status: 400, body: "msg_too_long" };
    this.world.put(kind, String(this.world.next("slack", 1_000_000)), { text, at: Date.now() });
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

import * as https from "node:https";
import * as tls from "node:tls";
import { z } from "zod";

import type { Context } from "../../ground/context";
import type { Collector } from "../reading";

/** A page that visitors ask for. */
export interface Visited {
  readonly domain: string;
  readonly path: string;
}

const visitSaid = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("answered"),
    status: z.number().int().min(100).max(599),
    ms: z.number().min(0),
    /** When the certificate ends that was shown; null: none was seen. */
    ends: z.iso.datetime().nullable(),
  }),
  z.object({ kind: z.literal("silent"), why: z.string().max(2_000) }),
]);

export type VisitSaid = z.output<typeof visitSaid>;

/** What speaks of this computer's own network, and not of the site. */
const ours = ["EAI_AGAIN", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EMFILE"];

/** How names are found, and whose certificates are good; the system's own where it is not said. */
export type Way = Pick<https.RequestOptions, "lookup" | "ca">;

/** A visitor's request, the way that visitors take: by the name, over verified TLS; nothing is followed. */
export function visits(context: Context, way: Way = {}): Collector<Visited, VisitSaid> {
  return {
    source: ({ domain, path }) => `https://${domain}${path}`,
    limitMs: 15_000,
    form: visitSaid,
    ask: async (page, signal) => ({ at: context.now, said: await request(page, way, signal) }),
  };
}

/** Milliseconds after which a visitor has left. */
const patienceMs = 10_000;

function request({ domain, path }: Visited, way: Way, signal: AbortSignal): Promise<VisitSaid> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const headers = { "User-Agent": "berth-board" };
    // A connection of its own, so that a certificate is shown.
    const options = { ...way, host: domain, path, headers, signal, agent: false };
    const asked = https.get(options, (response) => {
      const { socket, statusCode = 0 } = response;
      const shown = socket instanceof tls.TLSSocket ? socket.getPeerCertificate().valid_to : "";
      const ends = new Date(shown);
      resolve({
        kind: "answered",
        status: statusCode,
        ms: Math.round(performance.now() - begun),
        ends: Number.isNaN(ends.getTime()) ? null : ends.toISOString(),
      });
      response.destroy();
    });
    asked.setTimeout(patienceMs, () => asked.destroy(new Error("no answer within 10 s")));
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const why = error.message || error.code || "no answer";
      if (signal.aborted || ours.includes(error.code ?? "")) reject(new Error(why));
      else resolve({ kind: "silent", why: why.slice(0, 500) });
    });
  });
}

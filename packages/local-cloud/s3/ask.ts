import * as http from "node:http";
import * as https from "node:https";

/** Where a server listens: a socket, at which it speaks TLS where an authority is named (PEM). */
export interface Place {
  readonly socketPath: string;
  readonly authority?: string;
}

/** A server at an address, and the authority (PEM) that is trusted beside those of this computer. */
export interface Address {
  readonly url: URL;
  readonly authority: string | undefined;
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** One small request, whose answer is taken whole. */
export async function askAt(
  place: Place | Address,
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  body = "",
): Promise<Answer> {
  const request = requestAt(place, { method, path, headers });
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers });
      });
    });
    request.end(body);
  });
}

/** A request to a server; the certificate of one at a socket is for `localhost`. */
export function requestAt(
  place: Place | Address,
  options: http.RequestOptions,
): http.ClientRequest {
  const { authority } = place;
  if ("socketPath" in place) {
    const { socketPath } = place;
    if (authority === undefined) return http.request({ ...options, socketPath });
    return https.request({ ...options, socketPath, ca: authority, servername: "localhost" });
  }
  const { hostname, port, protocol } = place.url;
  const at = { ...options, hostname, ...(port === "" ? {} : { port }) };
  if (protocol !== "https:") return http.request(at);
  return https.request({ ...at, ...(authority === undefined ? {} : { ca: authority }) });
}

/**
 * The one way to the servers: a door that speaks TLS, asks the account what the servers do not judge, and hands
 * every other request on as it came.
 */

import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";

import { listening, type Listening } from "../ground/listen";
import type { Account } from "./account";
import { answerIam } from "./iam-door";
import { requestAt } from "./ask";
import { callerOf, targetOf, writingOf, type Malformed } from "./call";
import type { Writing } from "./condition";
import type { Servers } from "./servers";
import { escaped } from "./xml";

/** What stands behind a door. */
export interface Behind {
  readonly account: Account;
  readonly servers: Servers;
  /** A key and a certificate for a name, as one PEM. */
  certificate(name: string): Promise<string>;
}

/** The names that S3 has, and what a door is reached by on this computer. */
export const s3Name = /^s3\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/;
export const here = "127.0.0.1";

/** Listens at a free port of an address. */
export async function openDoor(address: string, behind: Behind): Promise<Listening> {
  const own = await behind.certificate(here);
  const contexts = new Map<string, Promise<tls.SecureContext>>();
  const contextFor = (name: string) => {
    const known = contexts.get(name);
    if (known) return known;
    const made = behind
      .certificate(name)
      .then((pem) => tls.createSecureContext({ key: pem, cert: pem }));
    contexts.set(name, made);
    return made;
  };
  const options: https.ServerOptions = {
    key: own,
    cert: own,
    // An upload takes as long as it takes.
    requestTimeout: 0,
    SNICallback: (name, done) => {
      if (!s3Name.test(name)) return done(null);
      contextFor(name).then(
        (context) => done(null, context),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  };
  const server = https.createServer(options, (request, response) => {
    answer(request, response, behind).catch((error: unknown) => {
      console.error(`S3: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else refuse(response, [500, "InternalError", "the local S3 server failed; see its log"]);
    });
  });
  return listening(server, address);
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  behind: Behind,
): Promise<void> {
  const target = targetOf(request.url ?? "");
  if (!target) return turnAway(request, response, [400, "InvalidURI", "the path is none"]);
  const caller = callerOf(request.headers, target.query);
  if (isMalformed(caller)) return turnAway(request, response, caller);
  if (caller && caller.service !== "s3") {
    return answerIam(behind.account, request, response, caller.service);
  }
  const writing = writingOf(request.method ?? "GET", target, request.headers);
  if (isMalformed(writing)) return turnAway(request, response, writing);
  const { account, servers } = behind;
  if (account.keepsOut(request.method ?? "GET", target, request.headers)) {
    return turnAway(request, response, [403, "AccessDenied", "Access Denied"]);
  }
  if (writing && caller && account.denies(caller.accessKeyId, writing)) {
    return turnAway(request, response, [
      403,
      "AccessDenied",
      "with an explicit deny in an identity-based policy: s3:PutObject takes If-None-Match: *",
    ]);
  }
  const isPut = request.method === "PUT" && writing?.creates === true;
  if (isPut && account.buckets.lockOf(writing.bucket) && !isSummed(request.headers)) {
    return turnAway(request, response, [
      400,
      "InvalidRequest",
      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    ]);
  }
  const region = caller?.region ?? s3Name.exec(request.headers.host ?? "")?.[1] ?? "us-east-1";
  const place = await servers.region(region);
  const onward = requestAt(place, {
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: request.rawHeaders as unknown as http.OutgoingHttpHeaders,
  });
  await new Promise<void>((resolve, reject) => {
    onward.once("error", reject);
    onward.once("response", (answered) => {
      answered.once("error", reject);
      keepLocked(account, writing, request.headers, answered)
        .then(() => {
          response.writeHead(answered.statusCode ?? 500, answered.rawHeaders);
          answered.pipe(response);
          response.once("close", resolve);
        })
        .catch(reject);
    });
    // Who asked has gone: so has the request.
    response.once("close", () => {
      onward.destroy();
      resolve();
    });
    request.pipe(onward);
  });
}

/**
 * An object that was made in a bucket with a lock gets it as its own: the server would let a lock that is the
 * bucket's alone be shortened.
 */
async function keepLocked(
  account: Account,
  writing: Writing | undefined,
  headers: http.IncomingHttpHeaders,
  answered: http.IncomingMessage,
): Promise<void> {
  const lock = writing?.creates ? account.buckets.lockOf(writing.bucket) : undefined;
  const version = answered.headers["x-amz-version-id"];
  if (!writing || !lock || answered.statusCode !== 200 || typeof version !== "string") return;
  if (headers["x-amz-object-lock-mode"] !== undefined) return;
  await account.buckets.retain(writing.bucket, writing.key, version, lock);
}

/**
 * Whether a request brings a checksum, or says that one comes behind: AWS takes no object without where a lock is, and
 * the server does (versity/versitygw#1740). A copy brings none.
 */
function isSummed(headers: http.IncomingHttpHeaders): boolean {
  return Object.entries(headers).some(
    ([name, value]) =>
      Boolean(value) &&
      (/^(content-md5|x-amz-copy-source|x-amz-checksum-(?!algorithm|type).+)$/.test(name) ||
        (name === "x-amz-trailer" && String(value).includes("x-amz-checksum-"))),
  );
}

function isMalformed(value: unknown): value is Malformed {
  return Array.isArray(value);
}

/** What was sent is taken all the same: who is still sending hears no answer. */
function turnAway(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  why: Malformed,
): void {
  request.resume();
  refuse(response, why);
}

function refuse(response: http.ServerResponse, [status, code, why]: Malformed): void {
  response
    .writeHead(status, { "content-type": "application/xml" })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(why)}</Message></Error>`,
    );
}

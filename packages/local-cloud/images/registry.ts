/**
 * The registry that a local cloud's machines ask before the public one, as a mirror of it: it has the
 * images of the recipes and nothing else. A machine that pulls none pays nothing, one that does pulls
 * the layers it lacks, the way it would from the public registry: by build, by `compose pull`, by digest.
 * Nobody can put anything in.
 */

import { createReadStream, existsSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { listenAt, type Listening } from "../ground/listen";
import { mediaTypes, type Images } from "./build";

/** The port of the gateway's address at which machines find it. */
export const registryPort = 5000;

/** What Docker on a machine is told so that it asks here first; `gateway` is this computer's address. */
export function dockerConfiguration(gateway: string): string {
  const registry = `${gateway}:${registryPort}`;
  return `${JSON.stringify(
    { "registry-mirrors": [`http://${registry}`], "insecure-registries": [registry] },
    undefined,
    2,
  )}\n`;
}

/**
 * Serves at a free port of an address. `images` is asked with every request for one that the recipes
 * know: it may build them then. What it refuses the registry says, as an error of its own, and Docker goes on to
 * the public registry.
 */
export function serveRegistry(address: string, images: () => Promise<Images>): Promise<Listening> {
  return listenAt(address, (request, response) => {
    answer(request, response, images).catch((error: unknown) => {
      // Who asked has gone.
      if (response.destroyed) return;
      console.error(`registry: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "UNKNOWN", String(error));
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  images: () => Promise<Images>,
): Promise<void> {
  response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
  const { pathname } = new URL(request.url ?? "/", "http://registry");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(response, 405, "UNSUPPORTED", "this registry is read, not written");
  }
  if (pathname === "/v2/") return void response.end("{}");
  const [, name, kind, reference] =
    /^\/v2\/library\/([a-z0-9-]+)\/(manifests|blobs)\/([A-Za-z0-9_.:-]+)$/.exec(pathname) ?? [];
  if (name === undefined || reference === undefined) {
    return refuse(response, 404, "NAME_UNKNOWN", "not here");
  }
  const { blobs, manifests } = await images();
  const digest = reference.startsWith("sha256:") ? reference : manifests[`${name}:${reference}`];
  const sum = /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
  const file = sum && join(blobs, sum);
  if (!file || !existsSync(file)) {
    return refuse(
      response,
      404,
      kind === "blobs" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN",
      "not here",
    );
  }
  response.writeHead(200, {
    "Content-Type": kind === "manifests" ? mediaTypes.manifest : "application/octet-stream",
    "Content-Length": statSync(file).size,
    "Docker-Content-Digest": digest,
  });
  if (request.method === "HEAD") return void response.end();
  await pipeline(createReadStream(file), response);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, { "Content-Type": "application/json" })
    .end(JSON.stringify({ errors: [{ code, message }] }));
}

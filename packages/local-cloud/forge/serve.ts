/**
 * A forge that is read only: git's own HTTP backend over a directory of bare repositories. What it does not
 * have it leads on to the forge of that name, so that a machine that reaches the internet misses nothing.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { listenAt, type Listening } from "../ground/listen";
import { placeOf } from "./address";

/** Serves the repositories of a directory at a free port of an address. A missing directory is an empty one. */
export async function serveForge(address: string, directory: string): Promise<Listening> {
  const children = new Set<ChildProcess>();
  const listening = await listenAt(address, (request, response) => {
    answer(request, response, directory, children);
  });
  return {
    port: listening.port,
    close: () => {
      const closed = listening.close();
      for (const child of children) child.kill("SIGKILL");
      return closed;
    },
  };
}

/** What a clone and a fetch ask for; what a push asks for is not among it. */
const asked = /^\/([a-z0-9.-]+)\/([\w./-]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack)$/;

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  directory: string,
  children: Set<ChildProcess>,
): void {
  const url = new URL(request.url ?? "/", "http://forge");
  const [, host, path, what] = asked.exec(url.pathname) ?? [];
  const pushes = url.searchParams.get("service") === "git-receive-pack";
  if (host === undefined || path === undefined || what === undefined || pushes) {
    return end(response, pushes ? 403 : 404, "this forge is read, and by git alone\n");
  }
  const place = placeIn(directory, host, path);
  if (place === undefined) {
    response.setHeader("Location", `https://${host}/${path}.git${what}${url.search}`);
    return end(response, 302, `${host}/${path} is not kept here\n`);
  }
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: environment(request, url, directory, `/${place}${what}`),
  });
  children.add(child);
  child.on("close", () => children.delete(child));
  child.on("error", (error) => end(response, 500, `git: ${error.message}\n`));
  response.on("close", () => child.kill("SIGTERM"));
  // A backend that has read enough closes the pipe.
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  pass(child, response);
}

function placeIn(directory: string, host: string, path: string): string | undefined {
  try {
    const place = placeOf(`https://${host}/${path}`);
    return existsSync(join(directory, place, "HEAD")) ? place : undefined;
  } catch {
    return undefined;
  }
}

function environment(
  { method, headers, socket }: IncomingMessage,
  url: URL,
  directory: string,
  path: string,
): NodeJS.ProcessEnv {
  const given: Record<string, string | undefined> = {
    ...{ REQUEST_METHOD: method, QUERY_STRING: url.search.slice(1), PATH_INFO: path },
    ...{ CONTENT_TYPE: headers["content-type"], CONTENT_LENGTH: headers["content-length"] },
    HTTP_CONTENT_ENCODING: headers["content-encoding"],
    GIT_PROTOCOL: [headers["git-protocol"]].flat()[0],
    REMOTE_ADDR: socket.remoteAddress,
  };
  return {
    ...{ PATH: process.env["PATH"], GIT_PROJECT_ROOT: directory, GIT_HTTP_EXPORT_ALL: "1" },
    // Whatever this computer's own configuration says, of owners too.
    ...{ GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_COUNT: "2" },
    ...{ GIT_CONFIG_KEY_0: "http.receivepack", GIT_CONFIG_VALUE_0: "false" },
    ...{ GIT_CONFIG_KEY_1: "safe.directory", GIT_CONFIG_VALUE_1: "*" },
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** Passes on what a CGI program says: header lines, an empty one, a body. */
function pass(child: ChildProcess, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  child.stdout!.on("data", function begin(chunk: Buffer) {
    head = Buffer.concat([head, chunk]);
    const at = head.indexOf("\r\n\r\n");
    if (at < 0) return;
    child.stdout!.off("data", begin);
    let status = 200;
    for (const line of head.subarray(0, at).toString("latin1").split("\r\n")) {
      const [name = "", value = ""] = line.split(/:\s*(.*)/s);
      if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(at + 4));
    child.stdout!.pipe(response);
  });
  child.on("close", () => {
    if (!response.headersSent) end(response, 500, "git's HTTP backend said nothing\n");
  });
}

function end(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "Content-Type": "text/plain" }).end(text);
}

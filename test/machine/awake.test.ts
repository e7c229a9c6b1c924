import * as net from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { sshAnswers } from "../../components/node/awake";

describe("a machine that was powered off and on", () => {
  const servers: net.Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  const listen = (greeting: string, port = 0) =>
    new Promise<number>((resolve) => {
      const server = net.createServer((socket) => socket.end(greeting));
      servers.push(server);
      server.listen(port, "127.0.0.1", () => resolve((server.address() as net.AddressInfo).port));
    });
  /** A port of loopback that refuses for now. */
  const closed = async () => {
    const port = await listen("");
    servers.pop()!.close();
    return port;
  };

  it("is waited for until its sshd greets, through refusals", async () => {
    const port = await closed();
    const answers = sshAnswers("127.0.0.1", port, { booting: 10_000, silent: 100 });
    setTimeout(() => void listen("SSH-2.0-OpenSSH_10\r\n", port), 700);
    expect(await answers).toBe(true);
  });

  it("is not taken for awake by another greeting, and not waited for without end", async () => {
    const port = await listen("HTTP/1.1 200\r\n");
    expect(await sshAnswers("127.0.0.1", port, { booting: 600, silent: 100 })).toBe(false);
    expect(await sshAnswers("127.0.0.1", await closed(), { booting: 600, silent: 100 })).toBe(
      false,
    );
  });
});

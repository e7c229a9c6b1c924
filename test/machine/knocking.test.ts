import * as net from "node:net";
import type { AddressInfo } from "node:net";

import { expect, it } from "vitest";

import { knockAt } from "../../components/node/knocking";

it("knocks at a port with new connections, says nothing there, and stops when it is told", async () => {
  let heard = 0;
  let said = "";
  const server = net.createServer((socket) => {
    heard++;
    socket.on("data", (data: Buffer) => (said += data.toString()));
    socket.on("error", () => undefined);
    socket.write("SSH-2.0-test\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const knocking = knockAt("127.0.0.1", (server.address() as AddressInfo).port);
  await expect.poll(() => heard, { timeout: 20_000 }).toBeGreaterThan(1);
  knocking.stop();
  expect(said).toBe("");
  server.close();
}, 30_000);

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

import { runProgram } from "../../engine/program";
import { asVisitor } from "../../packages/local-cloud/edge/as-visitor";
import { Authority } from "../machine/certificates";

const [edge, account] = [new Authority("edge"), new Authority("account")];
const directory = mkdtempSync(join(tmpdir(), "berth-visitor-"));
afterAll(() => {
  edge.remove();
  account.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** A server whose certificate an authority made. */
async function serverOf(authority: Authority): Promise<https.Server> {
  const { key, certificate } = authority.issue(["shop.example"]);
  const server = https.createServer({ key, cert: certificate }, (_, answer) => answer.end("well"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

it("a program of Node's asks the cloud's name server and trusts its authority, beside the one that it trusted before", async () => {
  const [authority, trusted] = [join(directory, "authority.pem"), join(directory, "account.pem")];
  writeFileSync(authority, edge.certificate);
  writeFileSync(trusted, account.certificate);
  const servers = await Promise.all([edge, account].map(serverOf));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  const script = `console.log(require("fs").readFileSync("/etc/resolv.conf", "utf8").trim());
for (const port of ${JSON.stringify(ports)})
  require("https").get({ host: "127.0.0.1", port, servername: "shop.example" }, (answer) => answer.on("data", String).on("end", () => console.log(answer.statusCode)));`;
  try {
    const { program, words, env } = asVisitor(
      { authority, names: { address: "192.0.2.53" } },
      {
        ...{ program: process.execPath, words: ["-e", script] },
        env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
      },
    );
    const done = await runProgram(program, words, { env });
    expect(done, done.stderr).toMatchObject({
      code: 0,
      stdout: "nameserver 192.0.2.53\n200\n200\n",
    });
  } finally {
    for (const server of servers) server.close();
  }
});

import "reflect-metadata";

import { webcrypto } from "node:crypto";
import * as https from "node:https";
import type { AddressInfo } from "node:net";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Files served by https on loopback, under a certificate of the test's own. */
export interface Site {
  readonly base: string;
  /** The certificate, PEM: nothing else trusts it. */
  readonly ca: string;
  readonly stop: () => void;
}

/** Serves files from memory, as the makers' site would; a text that begins with `→` redirects. */
export async function serveFiles(files: Readonly<Record<string, Buffer | string>>): Promise<Site> {
  const { key, cert } = await identity();
  const server = https.createServer({ key, cert }, (request, response) => {
    const file = files[(request.url ?? "").slice(1)];
    if (typeof file === "string" && file.startsWith("→")) {
      response.writeHead(302, { location: file.slice(1) });
      return response.end();
    }
    response.writeHead(file === undefined ? 404 : 200);
    return response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: cert,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function identity(): Promise<{ key: string; cert: string }> {
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=loopback",
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 3_600_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
    cert: certificate.toString("pem"),
  };
}

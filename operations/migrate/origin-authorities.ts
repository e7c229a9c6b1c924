import * as fs from "node:fs";

import { Refusal } from "../ground/usage";

/**
 * Where Cloudflare has the roots of its Origin CA, which signs what machines serve to the edge and which no list of
 * authorities holds.
 * https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/
 */
const roots = ["ecc", "rsa"].map(
  (kind) => `https://developers.cloudflare.com/ssl/static/origin_ca_${kind}_root.pem`,
);

const answerMs = 20_000;

/**
 * The authorities of the certificates that machines serve to the edge, in PEM: of the file that `BERTH_ORIGIN_AUTHORITIES`
 * names, or Cloudflare's. Throws a `Refusal` where there are none to be had.
 */
export async function originAuthorities(env: NodeJS.ProcessEnv): Promise<string> {
  const file = env["BERTH_ORIGIN_AUTHORITIES"];
  if (file !== undefined && file !== "") return pem(read(file), file);
  return (await Promise.all(roots.map(fetched))).join("\n");
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    throw new Refusal(`BERTH_ORIGIN_AUTHORITIES: ${file} cannot be read`);
  }
}

async function fetched(address: string): Promise<string> {
  const cannot = (why: string) =>
    new Refusal(
      `${address}: ${why}; bring the roots of Cloudflare's Origin CA yourself: BERTH_ORIGIN_AUTHORITIES=FILE`,
    );
  const answer = await fetch(address, { signal: AbortSignal.timeout(answerMs) }).catch(
    (error: unknown) => {
      throw cannot(error instanceof Error ? error.message : String(error));
    },
  );
  if (!answer.ok) throw cannot(`answers with status ${answer.status}`);
  return pem(await answer.text(), address);
}

function pem(text: string, from: string): string {
  if (/-----BEGIN CERTIFICATE-----/.test(text) && !text.includes("PRIVATE KEY")) return text;
  throw new Refusal(`${from}: holds no certificate in PEM alone`);
}

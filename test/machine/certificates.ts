import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and the key that it is for, each in PEM. */
export interface Pair {
  readonly key: string;
  readonly certificate: string;
}

/** An authority of a test, with openssl and a directory of its own. */
export class Authority implements Pair {
  private readonly directory = mkdtempSync(join(tmpdir(), "berth-authority-"));
  readonly key: string;
  readonly certificate: string;
  private issued = 0;

  constructor(name: string) {
    const { at } = this;
    this.openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      at("ca.key"),
      "-out",
      at("ca.pem"),
      "-days",
      "30",
      "-subj",
      `/CN=${name}`,
    );
    this.key = readFileSync(at("ca.key"), "utf8");
    this.certificate = readFileSync(at("ca.pem"), "utf8");
  }

  /** A pair for these names, for servers and clients alike; `days` may be negative: it has ended. */
  issue(names: readonly string[], days = 20): Pair {
    const { at } = this;
    const own = String((this.issued += 1));
    const subject = names.map((name) => `DNS:${name}`).join(",");
    writeFileSync(
      at("extensions"),
      `subjectAltName=${subject}\nextendedKeyUsage=serverAuth,clientAuth\n`,
    );
    this.openssl(
      "req",
      ...newKey,
      "-keyout",
      at(`${own}.key`),
      "-out",
      at(`${own}.csr`),
      "-subj",
      `/CN=${names[0]}`,
    );
    this.openssl(
      "x509",
      "-req",
      "-in",
      at(`${own}.csr`),
      "-CA",
      at("ca.pem"),
      "-CAkey",
      at("ca.key"),
      "-CAcreateserial",
      "-days",
      String(days),
      "-extfile",
      at("extensions"),
      "-out",
      at(`${own}.pem`),
    );
    return {
      key: readFileSync(at(`${own}.key`), "utf8"),
      certificate: readFileSync(at(`${own}.pem`), "utf8"),
    };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private readonly at = (name: string): string => join(this.directory, name);

  private openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { stdio: "pipe" });
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] as const;

/** Key and certificate in one text, as a proxy takes them. */
export function together({ key, certificate }: Pair): string {
  return key + certificate;
}

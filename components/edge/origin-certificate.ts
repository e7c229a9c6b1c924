import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import type { Reached } from "../machine/connection";
import { validDays } from "./certificate-age";
import { proxySession } from "./proxy-session";

/** Whose certificate, and the machine that serves it. */
export interface OriginCertificateArgs {
  /** Slug of the project. */
  readonly project: string;
  /** All names that visitors use, each in a zone of the agency's; never empty. */
  readonly hostnames: readonly string[];
  readonly machine: Reached;
  /** What must be done on the machine first: its proxy stands. */
  readonly after: readonly pulumi.Resource[];
  /**
   * The present certificate is near its end, and this update makes another; its text (the day) tells the
   * request from the one before. Absent: the present one stays.
   */
  readonly renewal?: string | undefined;
  /** The machine goes, and nobody could bring it anything any more. */
  readonly leaving?: boolean;
}

/** What a certificate has to be ordered anew for. A request whose subject alone differs is none. */
const orderedOnce = ["subject"];

/**
 * The certificate that a machine serves to Cloudflare's edge under a project's names (R27): of Cloudflare's
 * Origin CA, which the edge alone trusts, for a key that stays secret in the state and on the machine. Each
 * machine has its own, so that two hosts can stand beside each other.
 *
 * `served` is done when the machine was seen to serve it under every name; the certificate before is
 * revoked after that, since the engine deletes what was replaced at an update's end, and not at all in an
 * update that fails.
 */
export class OriginCertificate extends pulumi.ComponentResource {
  /** When it ends, as Cloudflare says it; known once the machine was seen to serve it. */
  readonly expiresOn: pulumi.Output<string>;

  constructor(name: string, args: OriginCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, machine, after, renewal, leaving = false } = args;
    const hostnames = [...args.hostnames].sort();
    super("berth:edge:OriginCertificate", name, { project, hostnames }, opts);
    const own = { parent: this };
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: project, ...(renewal ? { serialNumber: renewal } : {}) },
        dnsNames: hostnames,
      },
      { ...own, ...(renewal ? {} : { ignoreChanges: orderedOnce }) },
    );
    const certificate = new cloudflare.OriginCaCertificate(
      `${name}-order`,
      {
        csr: request.certRequestPem,
        hostnames,
        requestType: "origin-ecc",
        requestedValidity: validDays,
      },
      own,
    );
    const served = proxySession(
      `${name}-served`,
      {
        command: "certificate",
        site: project,
        machine,
        stdin: pulumi.secret(pulumi.concat(key.privateKeyPem, certificate.certificate)),
      },
      {
        ...own,
        dependsOn: [...after],
        ...(leaving ? { ignoreChanges: ["create", "connection", "stdin"] } : {}),
      },
    );
    this.expiresOn = pulumi
      .all([certificate.expiresOn, served.stdout])
      .apply(([expiresOn]) => expiresOn);
    this.registerOutputs({ expiresOn: this.expiresOn });
  }
}

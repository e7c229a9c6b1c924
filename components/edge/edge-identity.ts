import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { renewalDays, validDays } from "./certificate-age";

/** Who shows itself, and where. */
export interface EdgeIdentityArgs {
  /** Short name of the agency. */
  readonly agency: string;
  readonly environment: string;
  /** Ids by name of the zones whose origins are to know the edge. */
  readonly zones: Readonly<Record<string, string>>;
}

/** Years that the authority lives; its certificates are renewed under it. */
const authorityYears = 20;
const dayHours = 24;

/**
 * What Cloudflare's edge shows to an environment's origins: a client certificate of our own, signed by an
 * authority of our own, uploaded to each zone. Cloudflare's shared one proves no more than that somebody is
 * a customer of Cloudflare's. Renewed under the same authority, so origins take the old and the new one.
 *
 * The keys stay secret in the state; an origin is given the authority's certificate alone.
 */
export class EdgeIdentity extends pulumi.ComponentResource {
  /** PEM of the authority's certificate: what origins verify the edge by. */
  readonly authority: pulumi.Output<string>;
  private readonly uploaded: ReadonlyMap<
    string,
    cloudflare.AuthenticatedOriginPullsHostnameCertificate
  >;

  constructor(name: string, args: EdgeIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const { agency, environment, zones } = args;
    super("berth:edge:EdgeIdentity", name, { environment }, opts);
    const own = { parent: this };
    const curve = { algorithm: "ECDSA", ecdsaCurve: "P256" };
    const authorityKey = new tls.PrivateKey(`${name}-authority-key`, curve, own);
    const authority = new tls.SelfSignedCert(
      `${name}-authority`,
      {
        privateKeyPem: authorityKey.privateKeyPem,
        subject: { organization: agency, commonName: `Edge of ${environment}` },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: authorityYears * 365 * dayHours,
      },
      own,
    );
    const key = new tls.PrivateKey(`${name}-key`, curve, own);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { organization: agency, commonName: `edge.${environment}` },
      },
      own,
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: authorityKey.privateKeyPem,
        caCertPem: authority.certPem,
        allowedUses: ["digital_signature", "client_auth"],
        validityPeriodHours: validDays * dayHours,
        earlyRenewalHours: renewalDays * dayHours,
      },
      own,
    );
    this.authority = authority.certPem;
    this.uploaded = new Map(
      Object.entries(zones).map(([zone, zoneId]) => [
        zone,
        new cloudflare.AuthenticatedOriginPullsHostnameCertificate(
          `${name}-${zone}`,
          { zoneId, certificate: certificate.certPem, privateKey: key.privateKeyPem },
          own,
        ),
      ]),
    );
    this.registerOutputs({});
  }

  /** Cloudflare's id of the certificate in a zone. Throws where it was not uploaded to that one. */
  certificateIn(zone: string): pulumi.Output<string> {
    const certificate = this.uploaded.get(zone);
    if (certificate === undefined) throw new Error(`no client certificate in the zone ${zone}`);
    return certificate.id;
  }
}

import { certificateName, hasCertificate } from "../edge/certificates";
import { endOf, isDue } from "../edge/certificate-age";
import { formerNames } from "../placement/former-names";
import type { ResolvedNode } from "../placement/resolved";
import type { Asking } from "./asking";
import type { OwnState } from "./own-state";

const orderType = "cloudflare:index/originCaCertificate:OriginCaCertificate";

/** The day of the new request, by the slug of each project whose certificate is near its end. */
export type Renewals = ReadonlyMap<string, string>;

/**
 * Finds the projects on a node whose certificates are near their end, and says so. By the state, and so the
 * same for a preview and the update after it.
 */
export function lookAtRenewals(
  own: OwnState | undefined,
  node: ResolvedNode,
  now: Date,
  asking: Asking,
): Renewals {
  const due = endsOf(own, node).filter(({ end }) => isDue(end, now));
  for (const { slug, end } of due) {
    asking.notes.push(
      `The certificate of ${slug} on ${node.name} ends on ${dayOf(end)}: this update ` +
        "orders another, and revokes the present one once the machine was seen to serve the new one.",
    );
  }
  return new Map(due.map(({ slug }) => [slug, dayOf(now)]));
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, "YYYY-MM-DD".length);
}

function endsOf(
  own: OwnState | undefined,
  node: ResolvedNode,
): { readonly slug: string; readonly end: Date }[] {
  return node.residents
    .filter((project) => hasCertificate(node, project))
    .flatMap((project) => {
      const { slug } = project;
      const names = [
        certificateName(node.name, slug),
        ...formerNames(certificateName, node.name, project, node),
      ];
      const found = own?.find(orderType, ...names.map((name) => `${name}-order`));
      const end = endOf(found?.["expiresOn"]);
      return end === undefined ? [] : [{ slug, end }];
    });
}

import { certificateName, formerCertificates, hasCertificate } from "../edge/certificates";
import { endOf, isDue } from "../edge/certificate-age";
import type { ResolvedNode } from "../placement/resolved";
import type { OwnState } from "./own-state";

const orderType = "cloudflare:index/originCaCertificate:OriginCaCertificate";

/**
 * The projects on a node whose certificates are near their end, with the day of the new requests. By the
 * state, and so the same for a preview and the update after it.
 */
export function renewalsOf(
  own: OwnState | undefined,
  node: ResolvedNode,
  now: Date,
): ReadonlyMap<string, string> {
  const day = now.toISOString().slice(0, "YYYY-MM-DD".length);
  return new Map(
    endsOf(own, node)
      .filter(({ end }) => isDue(end, now))
      .map(({ slug }) => [slug, day]),
  );
}

/** What is to be said of them. */
export function renewalNotes(own: OwnState | undefined, node: ResolvedNode, now: Date): string[] {
  return endsOf(own, node)
    .filter(({ end }) => isDue(end, now))
    .map(
      ({ slug, end }) =>
        `The certificate of ${slug} on ${node.name} ends on ${end.toISOString().slice(0, 10)}: this update ` +
        "orders another, and revokes the present one once the machine was seen to serve the new one.",
    );
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
        ...formerCertificates(node.name, project, node),
      ];
      const found = own?.find(orderType, ...names.map((name) => `${name}-order`));
      const end = endOf(found?.["expiresOn"]);
      return end === undefined ? [] : [{ slug, end }];
    });
}

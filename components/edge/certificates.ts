import { isEnded } from "../fleet/serving";
import type { ResolvedNode, ResolvedProject } from "../placement/resolved";

/**
 * Whether a node's machine serves a project with a certificate of Cloudflare's Origin CA: it has a proxy
 * of Berth's, and the project's names are at Cloudflare.
 */
export function hasCertificate(
  { manage }: Pick<ResolvedNode, "manage">,
  project: Pick<ResolvedProject, "dns" | "servedBy">,
): boolean {
  return manage.includes("proxy") && project.dns === "cloudflare" && !isEnded(project);
}

/** What the certificate of a project on a node is called in the state. */
export function certificateName(node: string, slug: string): string {
  return `${node}-${slug}-origin`;
}

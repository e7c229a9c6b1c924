import { thisComputer } from "../rehearsal/computer";

/** The packages' tests ask in their package's own words, and share what is built and downloaded. */
export default function setup(): void {
  const { cache, debianMirror } = thisComputer();
  process.env["LOCAL_CLOUD_CACHE"] ??= cache;
  if (debianMirror) process.env["LOCAL_CLOUD_DEBIAN_MIRROR"] ??= debianMirror;
}

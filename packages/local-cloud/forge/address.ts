/** Addresses of repositories, and where the forge keeps each. Pure. */

/** Forges whose addresses machines ask here, beside those of the repositories that are kept. */
const usual = ["github.com", "gitlab.com", "bitbucket.org"] as const;

/** Where machines find it, at the gateway's address. */
export const forgePort = 3000;

/**
 * Where the repository of an address is kept, below the forge's directory: `host/owner/name.git`. Refuses
 * what is neither `git@host:path` nor a URL of https, ssh or git, and a path that leads elsewhere.
 */
export function placeOf(address: string): string {
  const [, host, path] =
    /^git@([a-z0-9.-]+):\/?([\w./-]+)$/.exec(address) ??
    /^(?:https|ssh|git):\/\/(?:git@)?([a-z0-9.-]+)(?::\d+)?\/([\w./-]+)$/.exec(address) ??
    [];
  const parts = path?.replace(/(\.git)?\/*$/, "").split("/") ?? [];
  if (!host || host.startsWith(".") || parts.some((part) => !part || part.startsWith("."))) {
    throw new Error(
      `repository ${JSON.stringify(address)}: allowed are git@host:owner/name.git and https://host/owner/name.git`,
    );
  }
  return `${[host, ...parts].join("/")}.git`;
}

/**
 * What a machine's git is told so that it asks here for what it would ask a forge: the file
 * /etc/gitconfig. `hosts` are further ones than the usual.
 */
export function gitConfiguration(gateway: string, hosts: readonly string[]): string {
  return [...new Set([...usual, ...hosts])]
    .map((host) =>
      [
        `[url "http://${gateway}:${forgePort}/${host}/"]`,
        ...[`git@${host}:`, `ssh://git@${host}/`, `https://${host}/`, `git://${host}/`].map(
          (form) => `\tinsteadOf = ${form}`,
        ),
        "",
      ].join("\n"),
    )
    .join("");
}

/**
 * What this machine's own apt configuration says about reaching Debian packages, so that the
 * template can be built wherever apt works: behind a proxy, from a mirror, with credentials.
 * Pure: the caller reads the files.
 */

/** Where Debian packages come from, as far as this machine says. */
export interface Mirrors {
  readonly main?: string;
  readonly security?: string;
}

interface Source {
  readonly uri: string;
  readonly suite: string;
}

/**
 * The mirrors that the machine's sources name for Debian; an Ubuntu machine's name none. `texts` are
 * the contents of `sources.list` and of the files beside it, in either of apt's two formats.
 */
export function mirrorsFrom(texts: readonly string[]): Mirrors {
  const sources = texts.flatMap((text) =>
    /^URIs:/im.test(text) ? deb822Sources(text) : lineSources(text),
  );
  const debian = sources.filter(({ suite }) =>
    /^(bullseye|bookworm|trixie|forky|sid)\b/.test(suite),
  );
  const security = debian.find(({ suite }) => /[-/](security|updates\/security)/.test(suite));
  const main = debian.find(({ suite }) => /^[a-z]+$/.test(suite));
  return {
    ...(main ? { main: main.uri } : {}),
    ...(security ? { security: security.uri } : {}),
  };
}

function lineSources(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    return match?.[1] && match[2] ? [{ uri: trimmed(match[1]), suite: match[2] }] : [];
  });
}

function deb822Sources(text: string): Source[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    for (const line of paragraph.split("\n")) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match?.[1]) fields.set(match[1].toLowerCase(), match[2] ?? "");
    }
    if (!/\bdeb\b/.test(fields.get("types") ?? "") || fields.get("enabled") === "no") return [];
    const uri = (fields.get("uris") ?? "").split(/\s+/)[0];
    if (!uri) return [];
    const suites = (fields.get("suites") ?? "").split(/\s+/).filter(Boolean);
    return suites.map((suite) => ({ uri: trimmed(uri), suite }));
  });
}

function trimmed(uri: string): string {
  return uri.replace(/\/+$/, "");
}

/**
 * The lines of a trixie system's `sources.list`. None where no mirror is known: mmdebstrap then takes
 * Debian's own.
 */
export function sourceLines({ main, security }: Mirrors): string[] {
  if (main === undefined) return [];
  return [
    `deb ${main} trixie main`,
    `deb ${main} trixie-updates main`,
    ...(security === undefined ? [] : [`deb ${security} trixie-security main`]),
  ];
}

const carriedOver =
  /^Acquire::(https?|Retries|ForceIPv[46]|Check-Date|Check-Valid-Until|AllowInsecure\w+|AllowWeak\w+)\b/;

/**
 * The settings of `apt-config dump` that decide whether downloads work (proxies, certificates,
 * retries), as lines of an apt.conf file. Proxy detection is left out: it names a program of this
 * machine.
 */
export function acquireSettings(dump: string): string[] {
  return dump
    .split("\n")
    .filter((line) => carriedOver.test(line) && !/Auto-?Detect/i.test(line) && !/ "";$/.test(line));
}

/** What is asked of a job's configuration as Jenkins keeps it. */
export interface Configuration {
  readonly description: string;
  readonly disabled: boolean;
}

const token =
  /<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>|<(\/?)([\w.:-]+)([^<>]*?)(\/?)>|([^<]+)/gy;

/**
 * Reads a job's `config.xml`: what stands in its root, since parameters and plugins have descriptions and switches
 * of their own further down. Markup in the description stays as it is written. Undefined for what is no whole
 * document.
 */
export function readConfiguration(xml: string): Configuration | undefined {
  const path: string[] = [];
  const found: Record<string, string> = {};
  let roots = 0;
  let end = 0;
  for (const [whole, cdata, closes, name, , empty, text] of xml.matchAll(token)) {
    end += whole.length;
    if (name !== undefined) {
      if (closes) {
        if (path.pop() !== name) return undefined;
        continue;
      }
      if (path.length === 0) roots += 1;
      path.push(name);
      // Two of a kind would let one be shown and the other count.
      if (path.length === 2 && Object.hasOwn(found, name)) found[name] += "\n";
      else if (path.length === 2) found[name] = "";
      if (empty) path.pop();
    } else if (path.length === 2) found[path[1]!] += cdata ?? text ?? "";
  }
  if (end !== xml.length || path.length > 0 || roots !== 1) return undefined;
  const { description = "", disabled = "false" } = found;
  if (!["true", "false"].includes(disabled.trim())) return undefined;
  return { description, disabled: disabled.trim() === "true" };
}

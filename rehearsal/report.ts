import type { NodeOutput, StackOutputs } from "../components/outputs/schema";

const columns = ["PROJECT", "PROVIDER", "ADDRESS", "MONTHLY"] as const;

/**
 * The table that `npm run rehearse` ends with: for every project its provider, address and monthly
 * cost, below it how to log in and to visit it, the rule that chose the provider, its names and its
 * backups. `login` gives the command for a project; without one the machine's account and address are
 * shown. `visit` gives the command that visits it.
 */
export function report(
  outputs: StackOutputs,
  login: (slug: string) => string | undefined = () => undefined,
  visit: (slug: string) => string | undefined = () => undefined,
): string {
  const projects = Object.entries(outputs.projects).sort(([a], [b]) => a.localeCompare(b));
  const rows = projects.map(([slug, project]) => {
    const node = outputs.nodes[project.node ?? slug];
    return [slug, ...cells(node, project.servedBy)];
  });
  const widths = columns.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const blocks = projects.map(([slug, project], index) => {
    const nodeName = project.node ?? slug;
    const node = outputs.nodes[nodeName];
    const backup = outputs.backups[slug];
    return [
      line(rows[index] ?? []),
      ...detail("node", nodeName === slug ? undefined : nodeName),
      ...detail("log in", login(slug) ?? plainLogin(node)),
      ...detail("visit", visit(slug)),
      ...detail("why", node?.reason && `${ruleName(node)}: ${node.reason}`),
      ...detail(
        "names",
        [project.primary, project.origin, project.direct].filter(Boolean).join(", "),
      ),
      ...detail(
        "backup",
        backup &&
          `${backup.bucket}/${backup.prefix ?? ""}${backup.region ? ` (${backup.region})` : ""}`,
      ),
    ].join("\n");
  });
  return [line(columns), "", blocks.join("\n\n"), "", `Together: ${totals(outputs)}`].join("\n");
}

function cells(node: NodeOutput | undefined, servedBy: string | undefined): string[] {
  if (node === undefined) {
    return [servedBy ? `see stack ${servedBy}` : "-", "-", "-"];
  }
  return [
    [node.provider, node.region, node.size].filter(Boolean).join(" "),
    node.address ?? "-",
    money(node.monthlyCost) ?? "client's own",
  ];
}

function plainLogin(node: NodeOutput | undefined): string | undefined {
  return node?.address && node.login ? `ssh ${node.login}@${node.address}` : undefined;
}

function ruleName(node: NodeOutput): string {
  const { name = "?", number } = node.rule ?? {};
  return number === undefined ? name : `rule ${number}, ${name}`;
}

function detail(label: string, text: string | undefined): string[] {
  return text ? [`  ${label.padEnd(7)} ${text}`] : [];
}

/** Nodes, not projects: several projects may share one. */
function totals(outputs: StackOutputs): string {
  const sums = new Map<string, number>();
  for (const { monthlyCost } of Object.values(outputs.nodes)) {
    const { total, currency } = monthlyCost ?? {};
    if (total === undefined || currency === undefined) continue;
    sums.set(currency, (sums.get(currency) ?? 0) + total);
  }
  const cost = [...sums].map(([currency, sum]) => `${money({ total: sum, currency })} a month`);
  const nodes = Object.keys(outputs.nodes).length;
  const count = nodes === 1 ? "1 machine" : `${nodes} machines`;
  return [count, ...cost].join(", ");
}

/** Undefined for a cost that is not known. */
function money(cost: NodeOutput["monthlyCost"]): string | undefined {
  const { total, currency } = cost ?? {};
  return total === undefined || currency === undefined
    ? undefined
    : `${total.toFixed(2)} ${currency}`;
}

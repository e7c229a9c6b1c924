import { pricesOf } from "../../../components/placement/old-prices";
import { findSize } from "../../../components/placement/choose";
import { monthlyCost } from "../../../components/clouds/cost";
import { cloudFacts } from "../../../components/clouds/facts";
import type { Path } from "../../../components/clouds/describe";
import { cents } from "../../../components/clouds/size";
import type { Cloud } from "../../../components/fleet/fleet";
import { numberAt, textAt } from "../../../engine/values";
import { bucketType, machines } from "./kinds";
import type { Plan } from "./plan";
import type { Resource, Side } from "./side";

/** Money a month by currency; amounts of different currencies are never added. */
export type Money = Readonly<Record<string, number>>;

/** What one node costs a month on one side; undefined: not known. */
export interface NodeCost {
  readonly node: string;
  readonly before: Money | "unknown";
  readonly after: Money | "unknown";
}

/** The cost verdict: machines with disk and address at list price, before tax and traffic. */
export interface Cost {
  readonly before: Money;
  readonly after: Money;
  /** Nodes whose cost changes or cannot be told. */
  readonly nodes: readonly NodeCost[];
  /** What costs money and has no price here, in words. */
  readonly unknown: readonly string[];
  /** Days of the prices by provider. */
  readonly asOf: readonly string[];
}

/** Prices come from the dated tables; what they do not hold is named and never counted as 0. */
export function costOf(plan: Plan, today: Date): Cost {
  const [before, after] = [byNode(plan.before), byNode(plan.after)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const nodes = names.map((node) => ({
    node,
    before: before.get(node) ?? {},
    after: after.get(node) ?? {},
  }));
  const used = plan.preview.changes.flatMap(({ type }) => machines[type] ?? []);
  return {
    before: sum([...before.values()]),
    after: sum([...after.values()]),
    nodes: nodes.filter((cost) => cost.after === "unknown" || !same(cost.before, cost.after)),
    unknown: unknownOf(plan),
    asOf: [...new Set(used)]
      .sort()
      .map((cloud) => `${cloud} ${pricesOf(cloudFacts[cloud].prices.asOf, today)}`),
  };
}

function byNode(side: Side): ReadonlyMap<string, Money | "unknown"> {
  const costs = new Map<string, Money | "unknown">();
  for (const resource of side.resources) {
    const cloud = machines[resource.type];
    if (!cloud) continue;
    const node = side.nodeOf(resource) ?? resource.name;
    const cost = machineCost(cloud, resource) ?? "unknown";
    const kept = costs.get(node);
    costs.set(
      node,
      kept === undefined
        ? cost
        : kept === "unknown" || cost === "unknown"
          ? "unknown"
          : sum([kept, cost]),
    );
  }
  return costs;
}

/** List price of a machine as its resource describes it; undefined where that is not enough. */
function machineCost(cloud: Cloud, { state }: Resource): Money | undefined {
  const { machine, prices } = cloudFacts[cloud];
  const read = (path: Path) => textAt(state.inputs, ...path) ?? textAt(state.outputs, ...path);
  const name = read(machine.size);
  const size = name === undefined ? undefined : findSize(cloud, name);
  const region = read(machine.place);
  if (!size || region === undefined) return undefined;
  const diskGb =
    size.diskGb > 0
      ? size.diskGb
      : (numberAt(state.inputs, ...machine.disk) ?? numberAt(state.outputs, ...machine.disk));
  if (diskGb === undefined) return undefined;
  const cost = monthlyCost(prices, size, region, diskGb);
  return cost && { [cost.currency]: cost.total };
}

/** Types that cost money and have no table: by use, or never priced. */
const billable =
  /volume|snapshot|database|dbInstance|rds\/|loadbalancer|reservedIp|natGateway|cluster|image:/i;

function unknownOf(plan: Plan): readonly string[] {
  const said = plan.preview.changes.flatMap(({ type, name, fate, before, after }) => {
    if (type === bucketType && after && fate !== "same") {
      return [`${name}: archives are billed by what is stored`];
    }
    if (fate === "same" || type in machines || !(before ?? after)?.custom) return [];
    const path = type.split(":")[1] ?? "";
    return billable.test(`${path}:`) && !/attachment|assignment/i.test(path)
      ? [`${name}: no price known for ${type}`]
      : [];
  });
  const machine = [...byNode(plan.after)]
    .filter(([, cost]) => cost === "unknown")
    .map(([node]) => node);
  const nodes =
    machine.length === 0 ? [] : [`${machine.join(", ")}: the price tables do not hold the machine`];
  const partial = plan.preview.whole ? [] : ["machines that do not change are not counted"];
  return [...said, ...nodes, ...partial].sort();
}

function sum(amounts: readonly (Money | "unknown")[]): Money {
  const total: Record<string, number> = {};
  for (const money of amounts) {
    if (money === "unknown") continue;
    for (const [currency, amount] of Object.entries(money)) {
      total[currency] = cents((total[currency] ?? 0) + amount);
    }
  }
  return total;
}

function same(a: Money | "unknown", b: Money | "unknown"): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(money: Money | "unknown"): unknown {
  return money === "unknown" ? money : Object.entries(money).sort();
}

/** `USD 24.00 + EUR 12.50`; `nothing` for no money at all. */
export function moneyText(money: Money | "unknown"): string {
  if (money === "unknown") return "unknown";
  const parts = Object.entries(money)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, amount]) => amount !== 0)
    .map(([currency, amount]) => `${currency} ${amount.toFixed(2)}`);
  return parts.length === 0 ? "nothing" : parts.join(" + ");
}

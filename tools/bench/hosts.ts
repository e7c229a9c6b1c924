/** Berth's converge beside Ansible's, on hosts that boot. */

import * as os from "node:os";

import { launcher } from "../../components/machine/launcher";
import {
  automationAccount,
  type MachineDeclaration,
  renderConverge,
  renderEnter,
} from "../../components/machine/script";
import { ensureAnsible, hangUp, playOn } from "./ansible";
import { HostYard, newKey, type YardHost } from "./host-yard";
import { unlessStopped } from "./stopping";
import { timed } from "./timing";

/** Hosts of a fleet; Ansible only where it does not keep everybody waiting. */
const counts = [1, 5, 20];
const mostForAnsible = 5;
const people = 10;

/** Wall time in milliseconds of the three things that are measured. */
interface Times {
  readonly first: number;
  readonly unchanged: number;
  readonly oneKey: number;
  /** What the processors were at work for the first: machines and clients are all on this one. */
  readonly firstBusy: number;
}

interface Row {
  readonly hosts: number;
  /** Ours alone has it: the account and the host key that later sessions use. */
  readonly enter: number;
  readonly ours: Times;
  readonly ansible?: Times;
  /** Load of this machine (one minute) before and after. */
  readonly load: readonly [number, number];
}

interface Ratios {
  /** Against Ansible on one host; the goal is 0.1 at most for the first two. */
  readonly first: number | undefined;
  readonly unchanged: number | undefined;
  readonly oneKey: number | undefined;
  /** The largest fleet's first converge against one host's; the goal is 3 at most. */
  readonly most: number;
  /**
   * The least that ratio can be here: one host's work for every host, on all processors at once.
   * Real machines bring processors of their own.
   */
  readonly floor: number;
}

/**
 * `npm run bench -- --hosts`: machines with Docker present and ten members, by both tools in turn, on
 * fresh hosts each. `chosen`: other numbers of hosts. Throws where hosts cannot boot.
 */
export async function benchHosts(
  chosen: readonly number[] = counts,
): Promise<{ rows: Row[]; ratios: Ratios; processors: number }> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await ensureAnsible(say);
  const yard = await HostYard.open(say);
  try {
    const rows: Row[] = [];
    for (const count of chosen) {
      say(`measuring ${count} ${count === 1 ? "host" : "hosts"}`);
      rows.push(await unlessStopped(measure(yard, count)));
    }
    return { rows, ratios: ratiosOf(rows), processors: os.availableParallelism() };
  } finally {
    await hangUp(yard);
    await yard.clear();
  }
}

async function measure(yard: HostYard, count: number): Promise<Row> {
  const before = os.loadavg()[0]!;
  const machine = declaration(yard);
  const changed = withOtherKey(machine);
  const own = await yard.boot(count);
  const entered = await timed(() => Promise.all(own.map((host) => enter(yard, host, machine))));
  const ours = await thrice((declared) => converge(yard, own, declared), machine, changed);
  await yard.remove(own);
  const row = { hosts: count, enter: entered.ms, ours };
  if (count > mostForAnsible) return { ...row, load: [before, os.loadavg()[0]!] };
  const theirs = await yard.boot(count);
  const ansible = await thrice((declared) => playOn(yard, theirs, declared), machine, changed);
  await hangUp(yard);
  await yard.remove(theirs);
  return { ...row, ansible, load: [before, os.loadavg()[0]!] };
}

async function thrice(
  run: (machine: MachineDeclaration) => Promise<void>,
  machine: MachineDeclaration,
  changed: MachineDeclaration,
): Promise<Times> {
  const first = await timed(() => run(machine));
  const unchanged = await timed(() => run(machine));
  const oneKey = await timed(() => run(changed));
  const times = { first: first.ms, unchanged: unchanged.ms, oneKey: oneKey.ms };
  return { ...times, firstBusy: first.busyMs };
}

async function enter(yard: HostYard, { address }: YardHost, machine: MachineDeclaration) {
  const said = await yard.session("root", address, launcher, renderEnter(machine));
  yard.learn(address, said.trim().split("\n").at(-1)!);
}

async function converge(yard: HostYard, hosts: readonly YardHost[], machine: MachineDeclaration) {
  const script = renderConverge(machine);
  const session = ({ address }: YardHost) =>
    yard.session(automationAccount, address, launcher, script);
  await Promise.all(hosts.map(session));
}

function declaration(yard: HostYard): MachineDeclaration {
  const members = Array.from({ length: people }, (_, index) => ({
    name: `member${index}`,
    keys: [newKey("ed25519").publicKey],
  }));
  return {
    owner: "bench/stage",
    initialAccount: "root",
    members,
    deployerKeys: [yard.publicKey],
    manage: ["people", "firewall", "proxy", "deploy"],
    madeByBerth: true,
  };
}

function withOtherKey(machine: MachineDeclaration): MachineDeclaration {
  const [first, ...others] = machine.members;
  return {
    ...machine,
    members: [{ ...first!, keys: [newKey("ed25519").publicKey] }, ...others],
  };
}

function ratiosOf(rows: readonly Row[]): Ratios {
  const one = rows.find(({ ansible }) => ansible);
  const to = (kind: "first" | "unchanged" | "oneKey") =>
    one?.ansible && one.ours[kind] / one.ansible[kind];
  return {
    ...{ first: to("first"), unchanged: to("unchanged"), oneKey: to("oneKey") },
    most: rows.at(-1)!.ours.first / rows[0]!.ours.first,
    floor: leastRatio(rows[0]!, rows.at(-1)!),
  };
}

function leastRatio(few: Row, many: Row): number {
  const work = (few.ours.firstBusy / few.hosts) * many.hosts;
  return work / os.availableParallelism() / few.ours.first;
}

/** The table that a person reads. */
export function renderHosts({ rows, ratios, processors }: Awaited<ReturnType<typeof benchHosts>>) {
  const seconds = (ms: number) => (ms / 1000).toFixed(2).padStart(10);
  const line = (hosts: number, what: string, times: Times, load = "") =>
    `${String(hosts).padStart(5)} ${what.padEnd(8)}` +
    `${seconds(times.first)} ${seconds(times.unchanged)} ${seconds(times.oneKey)}   ${load}`;
  const said = (value: number | undefined) => value?.toFixed(3) ?? "-";
  const [few, many] = [rows[0]!.hosts, rows.at(-1)!.hosts];
  return [
    `hosts          first s  unchanged s  one key s   load (${processors} processors)`,
    ...rows.flatMap(({ hosts, ours, ansible, load }) => [
      line(hosts, "berth", ours, load.map((each) => each.toFixed(1)).join(" to ")),
      ...(ansible ? [line(hosts, "ansible", ansible)] : []),
    ]),
    "",
    ...rows.map(({ hosts, enter: ms }) => `enter of ${hosts}, before the first: ${seconds(ms)} s`),
    "",
    `first converge / Ansible       ${said(ratios.first)}  (goal 0.1)`,
    `unchanged converge / Ansible   ${said(ratios.unchanged)}  (goal 0.1)`,
    `one key changed / Ansible      ${said(ratios.oneKey)}`,
    `first on ${many} / first on ${few}       ${said(ratios.most)}  (goal 3 for 20 and 1)`,
    `  the least on ${processors} processors     ${said(ratios.floor)}`,
    "",
  ].join("\n");
}

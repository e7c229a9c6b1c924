/** Berth's converge beside Ansible's, on hosts that boot. */

import * as os from "node:os";

import { launcher } from "../../components/machine/launcher";
import { openingsOf } from "../../components/placement/openings";
import {
  automationAccount,
  type MachineDeclaration,
  renderConverge,
  renderEnter,
} from "../../components/machine/script";
import { ensureAnsible, hangUp, playOn } from "./ansible";
import { HostYard, newKey, type YardHost } from "./host-yard";
import { figure, seconds, unlessStopped, type Bench } from "./part";
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
 * `npm run bench -- hosts`: machines with Docker present and ten members, by both tools in turn, on
 * fresh hosts each. Throws where hosts cannot boot.
 */
export async function benchHosts({ say, signal, sizes = counts }: Bench) {
  await ensureAnsible(say);
  const yard = await HostYard.open(say);
  try {
    const rows: Row[] = [];
    for (const count of sizes) {
      say(`${count} ${count === 1 ? "host" : "hosts"}, ${people} members:`);
      rows.push(await unlessStopped(signal, measure(yard, count, say)));
    }
    const ratios = ratiosOf(rows);
    sayRatios(say, ratios, rows);
    return { rows, ratios, processors: os.availableParallelism() };
  } finally {
    await hangUp(yard);
    await yard.clear();
  }
}

async function measure(yard: HostYard, count: number, say: Bench["say"]): Promise<Row> {
  const before = os.loadavg()[0]!;
  const machine = declaration(yard);
  const changed = withOtherKey(machine);
  const own = await yard.boot(count);
  const entered = await timed(() => Promise.all(own.map((host) => enter(yard, host, machine))));
  say(figure("  berth's enter, before its first", seconds(entered.ms)));
  const ours = await thrice((declared) => converge(yard, own, declared), machine, changed);
  sayTimes(say, "berth", ours);
  await yard.remove(own);
  const row = { hosts: count, enter: entered.ms, ours };
  if (count > mostForAnsible) return { ...row, load: [before, os.loadavg()[0]!] };
  const theirs = await yard.boot(count);
  const ansible = await thrice((declared) => playOn(yard, theirs, declared), machine, changed);
  sayTimes(say, "ansible", ansible);
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
    // What the playbook does too: a firewall of the machine waits for a new connection to confirm it.
    manage: ["people", "proxy", "deploy"],
    openings: openingsOf({}, []),
    sites: [],
    deliveries: [],
    backups: [],
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

function sayTimes(say: Bench["say"], tool: string, times: Times): void {
  say(figure(`  ${tool}, first converge`, seconds(times.first)));
  say(figure(`  ${tool}, unchanged`, seconds(times.unchanged)));
  say(figure(`  ${tool}, one key changed`, seconds(times.oneKey)));
}

function sayRatios(say: Bench["say"], ratios: Ratios, rows: readonly Row[]): void {
  const said = (value: number | undefined) => value?.toFixed(3) ?? "-";
  const [few, many] = [rows[0]!.hosts, rows.at(-1)!.hosts];
  say(figure("first converge / Ansible", `${said(ratios.first)} (goal 0.1)`));
  say(figure("unchanged converge / Ansible", `${said(ratios.unchanged)} (goal 0.1)`));
  say(figure("one key changed / Ansible", said(ratios.oneKey)));
  say(figure(`first on ${many} / first on ${few}`, `${said(ratios.most)} (goal 3 for 20 and 1)`));
  say(figure("  the least on these processors", said(ratios.floor)));
}

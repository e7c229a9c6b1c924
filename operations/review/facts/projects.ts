import { nobody } from "../../../components/fleet/fleet";
import { machines, providerName } from "./kinds";
import { nodeOfProject, projectsOf, type Node, type Side } from "./side";
import type { Plan } from "./plan";
import { at, isValues, numberAt, textAt, type Values } from "../../../engine/values";

/** What a person is told about one project. */
export interface ProjectLine {
  readonly project: string;
  /** A sentence without the project's name in front, without a full stop. */
  readonly text: string;
}

/** One or more sentences for each project that changes, by slug. */
export function projectLines(plan: Plan): readonly ProjectLine[] {
  const { before, after } = plan;
  const [was, will] = [projectsOf(before), projectsOf(after)];
  const lines = [...new Set([...was, ...will])].sort().flatMap((project): ProjectLine[] => {
    const rename = plan.renamed.find(({ to }) => to === project);
    if (plan.renamed.some(({ from }) => from === project)) return [];
    const say = (...texts: readonly string[]) => texts.map((text) => ({ project, text }));
    if (rename && !rename.inPlace) {
      const { from } = rename;
      return say(
        `is ${from} under a new name; to Berth it is another project: ${arrival(after, project)}, and ${from}'s machine and credentials go`,
      );
    }
    if (!was.includes(project)) return say(`is new: ${arrival(after, project)}`);
    if (!will.includes(project)) return say(`is removed: ${departure(before, project)}`);
    return say(
      ...(rename ? [`is ${rename.from} under a new name: what it has stays`] : []),
      ...kept(plan, project, rename?.from),
    );
  });
  return lines;
}

function arrival(side: Side, project: string): string {
  const node = nodeOfProject(side, project);
  if (!node) return "its names are made here";
  const shared =
    node.projects.length > 1 ? ` on node ${node.name}, with ${others(node, project)}` : "";
  return `${placeText(node)}${shared} ${because(node)}`;
}

function departure(side: Side, project: string): string {
  const node = nodeOfProject(side, project);
  if (!node) return "its names go";
  const shared = node.projects.length > 1;
  const machine = shared
    ? `node ${node.name} stays for ${others(node, project)}`
    : `its machine at ${providerName(node.provider)} goes`;
  return `${machine}; its names go`;
}

/** What changes for a project that stays; `former`: the slug it had. */
function kept(plan: Plan, project: string, former = project): string[] {
  const [from, to] = [nodeOfProject(plan.before, project), nodeOfProject(plan.after, project)];
  return [
    ...(from && to ? moved(plan, from, to, project) : []),
    ...(from && !to ? [`has no machine in this stack any more: node ${from.name} goes`] : []),
    ...(!from && to ? [`gets a machine: ${arrival(plan.after, project)}`] : []),
    ...domains(plan, project),
    ...serving(plan, project),
    ...moving(plan, project),
    ...backups(plan, project, former),
  ];
}

function moved(plan: Plan, from: Node, to: Node, project: string): string[] {
  if (from.provider !== to.provider) {
    return [
      `moves from ${providerName(from.provider)} to ${providerName(to.provider)} ${because(to)}`,
    ];
  }
  if (from.name !== to.name) {
    const with_ = to.projects.length > 1 ? `, which it shares with ${others(to, project)}` : "";
    return [
      `moves from node ${from.name} to node ${to.name}${with_}; Berth copies no data by itself`,
    ];
  }
  if (from.region !== to.region) {
    return [
      `moves from ${from.region ?? "?"} to ${to.region ?? "?"} at ${providerName(to.provider)} ${because(to)}`,
    ];
  }
  return machineLines(plan, to);
}

/** What happens to a node that stays where it is, told once for each project on it. */
function machineLines(plan: Plan, node: Node): string[] {
  const changes = plan.preview.changes.filter(
    (change) => change.type in machines && plan.nodeOf(change) === node.name,
  );
  const { facts: before, called } = plan.before.nodes.get(node.name)!;
  const sized = changes.flatMap((change): string[] => {
    if (change.fate === "replace")
      return [`gets a new machine in place of the old one (${change.replaceKeys.join(", ")})`];
    const [was, will] = [change.before, change.after].map((state) => state && sizeOf(state.inputs));
    return change.fate === "update" && was && will && was !== will
      ? [`its machine changes from ${was} to ${will}`]
      : [];
  });
  const retired = at(before, "retired") !== true && at(node.facts, "retired") === true;
  const released = at(before, "released") !== true && at(node.facts, "released") === true;
  const adopted = changes.some(({ fate }) => fate === "import");
  const reason = textAt(before, "reason") !== textAt(node.facts, "reason") && sized.length === 0;
  return [
    ...(called === node.name ? [] : [`its node ${called} is called ${node.name} from now on`]),
    ...sized,
    ...(adopted
      ? [`its machine is taken over where it runs, at ${providerName(node.provider)}`]
      : []),
    ...(retired
      ? [`its machine here is retired: it stays until remove: true is written and may be`]
      : []),
    ...(released
      ? [`its machine here is released: no longer protected, and deleted by the next update`]
      : []),
    ...(reason ? [`stays where it is, ${because(node)}`] : []),
  ];
}

function sizeOf(inputs: Values): string | undefined {
  return textAt(inputs, "size") ?? textAt(inputs, "type") ?? textAt(inputs, "instanceType");
}

function domains(plan: Plan, project: string): string[] {
  const [was, will] = [plan.before.names.get(project), plan.after.names.get(project)].map((names) =>
    textAt(names, "primary"),
  );
  if (was === will) return [];
  if (was === undefined) return [`gets its names here: ${will}`];
  if (will === undefined) return [`${was} is no longer made here`];
  return [`answers at ${will} instead of ${was}`];
}

function serving({ before, after, preview }: Plan, project: string): string[] {
  const [was, will] = [before, after].map(({ outputs }) => outputs.projects[project]?.servedBy);
  if (will === nobody && was !== will) return ["its service ends: nobody serves it"];
  if (was === undefined || will === undefined || was === will) return [];
  // One stack's plan tells nothing of what stage did.
  const unasked = preview.stack === "prod" && will !== preview.stack;
  return [
    `visitors are sent to stack ${will} instead of ${was}${unasked ? "; berth migrate asks whether stage moved the same way first (R64), this line does not" : ""}`,
  ];
}

/** What a move's line means: both machines stay, and what it is that people do next. */
function moving({ before, after }: Plan, project: string): string[] {
  const [was, will] = [before, after].map(({ outputs }) => outputs.projects[project]?.movesTo);
  if (was === will) return [];
  if (will === undefined) return ["is no longer on the move: its old machine may be retired"];
  return [`is on the move to stack ${will}: both machines stay, and neither may be retired`];
}

function backups({ before, after }: Plan, project: string, former: string): string[] {
  const credential = ({ resources }: Side, slug: string) =>
    resources.find(
      ({ type, state }) =>
        type === "berth:backups:BackupCredential" && textAt(state.inputs, "project") === slug,
    )?.state.inputs;
  const [was, will] = [credential(before, former), credential(after, project)];
  if (was && !will) return ["is backed up no longer"];
  if (!was && will) return [`is backed up to ${textAt(will, "bucket") ?? "a bucket"}`];
  const [from, to] = [textAt(was, "bucket"), textAt(will, "bucket")];
  return from !== to
    ? [
        `is backed up to ${to ?? "another bucket"} instead of ${from ?? "the old one"}; old archives stay there`,
      ]
    : [];
}

function placeText(node: Node): string {
  const region = node.region === undefined ? "" : ` (${node.region})`;
  return node.provider === "client"
    ? "on the client's own machine"
    : `at ${providerName(node.provider)}${region}`;
}

/** `because rule 3, canada: Its data must stay in Canada: …`. */
function because({ facts }: Node): string {
  const rule = at(facts, "rule");
  const number = numberAt(rule, "number");
  const name = isValues(rule) ? textAt(rule, "name") : undefined;
  const reason = textAt(facts, "reason");
  if (number === undefined) return "(no rule is given)";
  return `because rule ${number}, ${name ?? "?"}${reason === undefined ? "" : ` (${reason.replace(/\.$/, "")})`}`;
}

function others({ projects }: Node, project: string): string {
  return projects.filter((other) => other !== project).join(", ");
}

import type { FormerRecord, FoundRecord, TakenName } from "../edge/former-record";
import type { ProjectSpec } from "../fleet/fleet";
import { bareName, sameContent } from "../fleet/record-content";
import { replacedTypes } from "../fleet/replaced-record";
import { show } from "../fleet/show";

/** A name that this stack is going to make a record of. */
export interface Claim {
  readonly name: string;
  readonly role: "primary" | "origin" | "direct" | "www" | "further";
  /** What its record is called after the project's slug. */
  readonly resource: string;
  /** The type of the record to be made. */
  readonly type: "A" | "CNAME";
  readonly project: ProjectSpec;
  readonly zone: string;
  readonly zoneId: string;
  /** Where its domain is declared. */
  readonly path: string;
}

/** A record as a look-up shows it. */
export interface Held {
  readonly id?: string;
  readonly name?: string;
  readonly type?: string;
  readonly content?: string;
  readonly comment?: string;
  readonly proxied?: boolean;
  readonly ttl?: number;
}

/** What is done about the records of a name, and what a person must know of it. */
export type Judgement =
  | { readonly taken: TakenName; readonly note: string }
  /** Records that stand in the way, and the way out. */
  | { readonly refused: readonly Held[]; readonly fix: string };

/**
 * Judges the records that a zone holds of a name and that lead somewhere; at least one. `imported` are
 * the ids of those that the state has already, from an update that broke off.
 *
 * One record of the wanted type is taken over in place. What cannot be led elsewhere in place is taken
 * in as it is where `replaces` names every record that goes, and refused otherwise.
 */
export function judgeFound(
  claim: Claim,
  held: readonly Held[],
  imported: ReadonlySet<unknown>,
): Judgement {
  const { name, role, type, zone, zoneId, project } = claim;
  const importOf = ({ id }: FormerRecord): Pick<FoundRecord, "importId"> =>
    imported.has(id) ? {} : { importId: `${zoneId}/${id}` };
  const records = held.map((record) => formerRecord(name, record));
  const [only] = records;
  const importId = only && importOf(only).importId;
  if (only?.type === type && records.length === 1 && importId !== undefined) {
    const note =
      `The zone ${zone} holds ${listed(held)}${only.proxied ? ", proxied," : ""} for ${name}: it is ` +
      `taken over as the ${role} name of ${project.slug} and led there in place. What it held stays in ` +
      "the stack's outputs.";
    return { taken: { name, records, now: { kind: "in place", importId } }, note };
  }
  const undeclared = records.filter((record) => !isDeclared(project, record));
  const [keeper, ...others] = undeclared;
  const barred = others.length > 0 || (keeper !== undefined && keeper.type !== type);
  if (barred) return { refused: held, fix: fixFor(records, type) };
  const main = keeper ?? records.find((record) => record.type === type) ?? records[0]!;
  const ordered = [main, ...records.filter((record) => record !== main)];
  const found = ordered.map((record) => ({ record, ...importOf(record) }));
  const note =
    `The zone ${zone} holds ${listed(held)} for ${name}: this update takes all of it into the stack as it ` +
    `is, and visitors go where they went. ${
      found.length > 1
        ? `The next update takes out ${listed(ordered.slice(1))}, and the one after it leads ${name} to ${project.slug}. `
        : `The next update leads ${name} to ${project.slug}. `
    }${main.type === type ? "" : gapText(name, main.type, type)}`.trim();
  return { taken: { name, records, now: { kind: "as found", records: found } }, note };
}

/** What people must know of a name whose record becomes one of another type: no cloud swaps them. */
export function gapText(name: string, from: string, to: string): string {
  return (
    `Then the ${from} is deleted before the ${to} is made: for about a second ${name} leads nowhere, ` +
    "and resolvers that ask just then may remember that for the zone's negative TTL (Cloudflare: 1800 s)."
  );
}

function isDeclared({ replaces = [] }: ProjectSpec, record: FormerRecord): boolean {
  return replaces.some(
    ({ name, type, content }) =>
      name === record.name && type === record.type && sameContent(type, content, record.content),
  );
}

/** What to write, to the letter; what nobody can declare has to go by hand. */
function fixFor(records: readonly FormerRecord[], wanted: string): string {
  const isReplaceable = ({ type }: FormerRecord) => replacedTypes.some((each) => each === type);
  if (!records.every(isReplaceable)) {
    return (
      "if the project moves here, note them and delete them in Cloudflare's dashboard (DNS, Records) " +
      "right before the update; otherwise choose another domain"
    );
  }
  // Of several of the wanted type one may stay: it is led to the project in place.
  const kept = records.find(({ type }) => type === wanted);
  const going = records.filter((record) => record !== kept);
  const lines = going.map(
    ({ name, type, content }) =>
      `{ name: ${name}, type: ${type}, content: ${JSON.stringify(content)} }`,
  );
  return (
    `if the project moves here, declare what goes below the project, replaces: [${lines.join(", ")}]; ` +
    "otherwise choose another domain"
  );
}

function formerRecord(name: string, held: Held): FormerRecord {
  return {
    id: String(held.id),
    name,
    type: typeOf(held),
    content: held.content ?? "",
    proxied: held.proxied === true,
    ttl: held.ttl ?? 1,
    ...(held.comment ? { comment: held.comment } : {}),
  };
}

export function listed(records: readonly Pick<Held, "type" | "content">[]): string {
  const texts = records.map(
    ({ type, content }) => `${String(type)} ${show(content ?? "") ?? "(content not shown)"}`,
  );
  return [...texts].sort().join(", ");
}

export function typeOf({ type }: Pick<Held, "type">): string {
  return String(type).toUpperCase();
}

/** A record's place: zone and name. */
export function key(zoneId: unknown, name: unknown): string {
  return `${String(zoneId)} ${bareName(String(name))}`;
}

import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";

import { parse } from "yaml";

import { isMapping, mapping } from "../../../components/fleet/mapping";
import type { WrittenOut } from "./revisions";

/** How two states of the repository differ, beside what their plans say. */
export interface Changes {
  /**
   * Files that are more than declarations, as paths; with the keys where a stack file is one. Whatever
   * is not the program's own `config` in a stack file counts: a program can read any file beside it.
   */
  readonly program: readonly string[];
  /** Of these, what decides how the program is run, judged, built or deployed. */
  readonly control: readonly string[];
  /** Waivers in stack files that the base does not have, in words. */
  readonly waivers: readonly string[];
}

/** Files that hold declarations, where they are regular files: the engine's names for them. */
const stackFile = /^Pulumi(\.[A-Za-z0-9_-]+)?\.yaml$/;

/** What decides how everything else is run, judged, built or deployed. */
const controlFiles =
  /^(Pulumi[^/]*|package\.json|package-lock\.json|npm-shrinkwrap\.json|Jenkinsfile|tsconfig[^/]*)$|^(\.github|\.ci|engine|policies|operations\/review|rehearsal\/review)\/|(^|\/)(\.npmrc|\.gitattributes|\.gitmodules|node_modules)(\/|$)/i;

/** Parts of the agency's declaration that say whom an update shows its tokens to; no plan tells of them. */
const tokenHolders = ["jenkins", "sentry"] as const;

/** Compares what was written out, byte for byte: kinds of files, the right to run, links, contents. */
export function changesBetween(base: WrittenOut, head: WrittenOut): Changes {
  const [was, will] = [filesOf(base), filesOf(head)];
  const differing = [...new Set([...was.keys(), ...will.keys()])]
    .filter((name) => !same(was.get(name), will.get(name)))
    .sort();
  const program = differing.flatMap((name) => beyondConfig(name, was.get(name), will.get(name)));
  return {
    program,
    control: program.filter((name) => controlFiles.test(name.replace(/ \(.*$/, ""))),
    waivers: differing.flatMap((name) => newWaivers(name, was.get(name), will.get(name))),
  };
}

/** A file: what kind it is, and its bytes or, of a link or submodule, where it leads. */
interface File {
  readonly kind: "file" | "program" | "link" | "submodule" | "other";
  readonly bytes: Buffer;
}

function filesOf({ directory, submodules }: WrittenOut): ReadonlyMap<string, File> {
  const found = new Map<string, File>();
  const walk = (below: string): void => {
    for (const entry of fs.readdirSync(path.join(directory, below), { withFileTypes: true })) {
      const name = path.posix.join(below, entry.name);
      if (entry.isDirectory()) walk(name);
      else found.set(name, fileAt(path.join(directory, name)));
    }
  };
  walk("");
  for (const [name, commit] of Object.entries(submodules)) {
    found.set(name, { kind: "submodule", bytes: Buffer.from(commit) });
  }
  return found;
}

function fileAt(place: string): File {
  const stat = fs.lstatSync(place);
  if (stat.isSymbolicLink()) return { kind: "link", bytes: Buffer.from(fs.readlinkSync(place)) };
  if (!stat.isFile()) return { kind: "other", bytes: Buffer.alloc(0) };
  return { kind: stat.mode & 0o100 ? "program" : "file", bytes: fs.readFileSync(place) };
}

function same(a: File | undefined, b: File | undefined): boolean {
  return a?.kind === b?.kind && (a === undefined || b === undefined || a.bytes.equals(b.bytes));
}

/** The file, unless all that differs is the `config` of a stack file. */
function beyondConfig(name: string, was: File | undefined, will: File | undefined): string[] {
  if (!stackFile.test(name)) return [name];
  const [before, after] = [documentOf(was), documentOf(will)];
  if (!before || !after) return [name];
  const keys = [
    ...differingKeys(before, after).filter((key) => key !== "config"),
    // `digitalocean:apiEndpoint` would send the agency's token elsewhere, and changes no plan.
    ...differingKeys(mapping(before["config"]), mapping(after["config"])).filter(
      (key) => !key.startsWith("berth:"),
    ),
    ...differingKeys(agencyIn(before), agencyIn(after))
      .filter((key) => tokenHolders.some((holder) => holder === key))
      .map((key) => `berth:agency.${key}`),
  ];
  return keys.length === 0 ? [] : [`${name} (${keys.join(", ")})`];
}

function differingKeys(a: Record<string, unknown>, b: Record<string, unknown>): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => !isDeepStrictEqual(a[key], b[key]))
    .sort();
}

/** What a stack file says; nothing where there is none; undefined where it is something else. */
function documentOf(file: File | undefined): Record<string, unknown> | undefined {
  if (file === undefined) return {};
  if (file.kind !== "file") return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(file.bytes);
    const document: unknown = parse(text) ?? {};
    return isMapping(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function newWaivers(name: string, was: File | undefined, will: File | undefined): string[] {
  if (!stackFile.test(name)) return [];
  const known = waiversIn(documentOf(was));
  return waiversIn(documentOf(will))
    .filter((waiver) => !known.some((other) => isDeepStrictEqual(other, waiver)))
    .map((waiver) => {
      const { policy, resource, node, owner, until } = mapping(waiver);
      const [what, where] = [said(policy), said(resource ?? node)];
      return `${what} for ${where} until ${said(until)} (${said(owner)}, ${name})`;
    });
}

function waiversIn(document: Record<string, unknown> | undefined): readonly unknown[] {
  const list = declaredIn(document)["waivers"];
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function agencyIn(document: Record<string, unknown>): Record<string, unknown> {
  return mapping(declaredIn(document)["agency"]);
}

/**
 * What a file declares, by the keys that the engine makes of those in it: without a namespace they are the project's,
 * and `berth:config:waivers` is `berth:waivers`.
 */
function declaredIn(document: Record<string, unknown> | undefined): Record<string, unknown> {
  const entries = Object.entries(mapping(document?.["config"]));
  return Object.fromEntries(
    entries.flatMap(([at, entry]) => {
      const key = /^(?:berth:(?:config:)?)?([^:]+)$/.exec(at)?.[1];
      return key === undefined ? [] : [[key, valueOf(entry)] as const];
    }),
  );
}

/** An entry's value: of `Pulumi.yaml` it may stand below `value` or `default`, and text may be JSON. */
function valueOf(entry: unknown): unknown {
  const { value, default: usual } = mapping(entry);
  const given = value ?? usual ?? entry;
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return given;
  }
}

function said(value: unknown): string {
  if (value instanceof Date) return value.toISOString().slice(0, "YYYY-MM-DD".length);
  return typeof value === "string" ? value : "?";
}

/** What a reader has to know of a change before its plans, worst first. */
export function notesOn({ program, control, waivers }: Changes): readonly string[] {
  return [
    ...(control.length > 0
      ? [
          `What runs, judges or deploys the program changes: ${some(control)}. ` +
            "The verdicts below are those of the base's policies and of the clone that ran the review.",
        ]
      : []),
    ...(program.length > 0
      ? [
          `The program changes: ${some(program)}. ` +
            "The verdicts below were made by running what it is then, so read it first.",
        ]
      : []),
    ...(waivers.length > 0 ? [`Waivers are asked for by this change: ${waivers.join("; ")}.`] : []),
  ];
}

function some(files: readonly string[]): string {
  const shown = files.slice(0, 6).join(", ");
  return files.length > 6 ? `${shown} and ${files.length - 6} more` : shown;
}

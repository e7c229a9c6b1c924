import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { knownInputs } from "../../policies/judge/known-inputs";
import { knownTypes } from "../../policies/judge/known-types";
import { useKnownInputs } from "../../policies/rules/use-known-inputs";
import { repository } from "../../rehearsal/paths";
import { declaring, resource } from "./resources";

/** Without inputs of their own that anybody could set. */
const engines = ["pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"];
/** The engine's own, which no SDK describes in a file of its own. */
const undescribed = ["pulumi:providers:pulumi", "pulumi:index:Stash"];

/** Every input that the installed SDK lets a program set on a resource of the type. */
function inputsOf(type: string): readonly string[] {
  const provider = /^pulumi:providers:(.+)$/.exec(type)?.[1];
  const [owner, module, name] = provider ? [provider, "index", "Provider"] : type.split(":");
  const scope = owner === "scaleway" ? "@pulumiverse" : "@pulumi";
  const [folder, file = `${name![0]!.toLowerCase()}${name!.slice(1)}`] = module!.split("/");
  const place = [...(folder === "index" ? [] : [folder!]), `${file}.d.ts`];
  const text = fs.readFileSync(
    path.join(repository, "node_modules", scope, owner!, ...place),
    "utf8",
  );
  const [, args = ""] = text.split(`export interface ${name}Args {`);
  const own = args.slice(0, args.search(/^}/m));
  return [...own.matchAll(/^ {4}(\w+)\??:/gm)].map(([, key]) => key!);
}

const described = Object.keys(knownInputs).filter((type) => !undescribed.includes(type));

describe("the inputs of every type that a stack may hold", () => {
  it("are listed, but for components and the engine's own", () => {
    const listed = Object.keys(knownTypes).filter(
      (type) => !type.startsWith("berth:") && !engines.includes(type),
    );
    expect(Object.keys(knownInputs).sort()).toEqual(listed.sort());
  });

  it.each(described)("%s: those listed are the SDK's, and any other is refused", (type) => {
    const all = inputsOf(type);
    const known = knownInputs[type]!;
    expect(known.filter((key) => !all.includes(key))).toEqual([]);
    const refused = all.filter((key) => {
      const connection = all.includes("connection") ? { connection: { hostKey: "x" } } : {};
      const found = useKnownInputs(resource(type, { ...connection, [key]: "x" }), declaring());
      return [...found].some(({ kind }) => kind === "violation");
    });
    expect(refused.sort()).toEqual(all.filter((key) => !known.includes(key)).sort());
  });
});

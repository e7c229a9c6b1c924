import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseDocument } from "yaml";

import { ConfigError } from "../../components/fleet/problem";
import { parseFleet } from "../../components/stack-file/parse";
import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { repository } from "../../rehearsal/paths";
import { edited, guideNames, stepsOf } from "./guide";

const read = (file: string) => readFileSync(join(repository, file), "utf8");
const documents = [
  "README.md",
  "components/README.md",
  "packages/local-cloud/README.md",
  ...["docs", "docs/guides"].flatMap((folder) =>
    readdirSync(join(repository, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
];

describe.each(documents)("what %s says", (file) => {
  const text = read(file);

  it("leads to files and headings that there are", () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [name = "", heading] = link.split("#");
      const target = name === "" ? file : join(dirname(file), name);
      if (!existsSync(join(repository, target))) return true;
      return heading !== undefined && !headingsOf(read(target)).includes(heading);
    });
    expect(dead).toEqual([]);
  });

  it("names scripts, commands and options that there are", async () => {
    const scripts = ["", "packages/local-cloud/example"].flatMap(scriptsOf);
    const called = [...text.matchAll(/npm run (?:-s |--silent )?([a-z:]+)/g)];
    expect(called.map(([, name]) => name!).filter((name) => !scripts.includes(name))).toEqual([]);
    const wrong: string[] = [];
    for (const [line, name = "", rest = ""] of text.matchAll(commandLines)) {
      const usage = await usageOf(name);
      const options = rest.split(/\s--\s/)[0]!.match(/(?<=^|\s|\[)--[a-z][a-z-]*/g) ?? [];
      const strange = options.filter((each) => each !== "--help" && !usage?.includes(each));
      if (usage === undefined || strange.length > 0) wrong.push(line);
    }
    expect(wrong).toEqual([]);
  });
});

/** A command as a person types it, and as a sentence names it; what follows it on its line. */
const commandLines =
  /(?:npm run (?:(?:-s |--silent )?berth --|(?:-s )?local -- berth)|npx berth|`(?:sudo )?berth) ([a-z][a-z-]*)([^\n`|#]*)/g;

function scriptsOf(folder: string): string[] {
  const { scripts } = JSON.parse(read(join(folder, "package.json"))) as { scripts: object };
  return Object.keys(scripts);
}

async function usageOf(name: string): Promise<string | undefined> {
  const said: string[] = [];
  const hear = (text: string) => void said.push(text);
  const context: Context = {
    ...{ directory: repository, env: {}, now: new Date(0), out: hear, say: hear },
    published: () => Promise.resolve(undefined),
    keys: (fleet) => fleet,
  };
  return (await berth(context, [name, "--help"])) === 0 ? said.join("") : undefined;
}

/** Headings as links name them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the README", () => {
  it("names every command that people run", async () => {
    const usage = await usageOf("--help");
    const commands = [...(usage ?? "").matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name!);
    // What pipelines and the engine call.
    const others = ["review-comment", "stage-first", "order", "integrate"];
    const absent = commands.filter((name) => !read("README.md").includes(`\`${name}\``));
    expect(commands).toContain("status");
    expect(absent.filter((name) => !others.includes(name))).toEqual([]);
  });

  it("says how much of AWS was compared as the comparison does", () => {
    const cells = /^\| aws +\|([^\n]*)/m.exec(read("docs/parity.md"))![1]!.split("|");
    const [compared = NaN, open = NaN] = [cells[0], cells[3]].map(Number);
    expect(read("README.md")).toContain(`Of AWS only ${compared} of ${compared + open} fields`);
  });
});

describe("the table of rooms", () => {
  it("has every folder of components and operations", () => {
    const named = [...read("docs/architecture.md").matchAll(/^\| (`[^|]+?) *\|/gm)].flatMap(
      ([, cell = ""]) => {
        const [first = "", ...more] = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
        return [first, ...more.map((name) => join(dirname(first), name))];
      },
    );
    const rooms = ["components", "operations"].flatMap((house) =>
      readdirSync(join(repository, house), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
        .map(({ name }) => join(house, name)),
    );
    // Clouds have a row each below theirs, and the ground of all commands is told in the row of these.
    const told = ["components/clouds", "components/dist", "operations/ground"];
    expect(rooms.filter((room) => !told.includes(room) && !named.includes(room))).toEqual([]);
  });
});

describe("the index of the guides", () => {
  it("has every guide", () => {
    const index = read("docs/guides/README.md");
    const absent = guideNames().filter(
      (name) => name !== "README" && !index.includes(`(${name}.md)`),
    );
    expect(absent).toEqual([]);
  });
});

describe("what a guide has people write into files", () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIPMCdtDi5Qn0sr1aJjGsMpgPudjYUFjfd3KHbU7iWlm";
  const sample = Object.fromEntries(
    ["Pulumi.yaml", "Pulumi.prod.yaml"].map((name) => [name, read(name)]),
  );
  const changing = guideNames().filter((name) => stepsOf(name).some(({ kind }) => kind === "edit"));

  it.each(changing)("is what the program takes: %s", (name) => {
    const files = { ...sample };
    if (name !== "add-a-project" && read(`docs/guides/${name}.md`).includes("garden")) {
      for (const step of stepsOf("add-a-project")) take(files, step);
    }
    // What a person sets by the engine, and what the guide says in words.
    if (name === "deliver") set(files, ["berth:secrets", "garden"], { DB_PASSWORD: secure });
    if (name === "rename-a-project") set(files, ["berth:secrets"], {});
    for (const step of stepsOf(name)) {
      if (step.kind !== "edit") continue;
      take(files, step);
      expect(problemsOf(files)).toEqual([]);
    }
  });

  function take(files: Record<string, string>, step: ReturnType<typeof stepsOf>[number]): void {
    if (step.kind !== "edit") return;
    // An ellipsis stands where a person's own key or address comes.
    const yaml = step.yaml.replaceAll("ssh-ed25519 AAAA…", key);
    files[step.file] = edited(files[step.file]!, { ...step, yaml });
  }

  const secure = { secure: "v1:a:b" };
  function set(files: Record<string, string>, place: readonly string[], value: object): void {
    const document = parseDocument(files["Pulumi.prod.yaml"]!);
    document.setIn(["config", ...place], value);
    files["Pulumi.prod.yaml"] = document.toString();
  }

  function problemsOf(files: Record<string, string>): readonly string[] {
    const config = { ...configOf(files["Pulumi.yaml"]!), ...configOf(files["Pulumi.prod.yaml"]!) };
    try {
      parseFleet({ stack: "prod", config, stackFiles: {} }, new Date("2026-11-30"));
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.message.split("\n").slice(1);
      throw error;
    }
  }

  /** As the engine gives it: without `berth:`, and a shared value itself. */
  function configOf(text: string): Record<string, unknown> {
    const { config } = parse(text) as { config: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(config).map(([name, value]) => {
        const shared = typeof value === "object" && value !== null && "value" in value;
        return [name.replace(/^berth:/, ""), shared ? value.value : value];
      }),
    );
  }
});

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { packed } from "../../components/machine/launcher";
import {
  renderConverge,
  renderDeclarations,
  renderEnter,
  renderObserve,
  type MachineDeclaration,
} from "../../components/machine/script";
import { sourceOf } from "../../components/machine/steps";
import { openingsOf } from "../../components/placement/openings";
import { publicKey } from "../stack-file/fixture";

const node: MachineDeclaration = {
  owner: "berth/prod",
  initialAccount: "root",
  members: [
    { name: "ana", keys: ["ssh-ed25519 AAAAana ana@laptop", "ssh-ed25519 AAAAold ana's old one"] },
    { name: "bob", keys: ["ssh-ed25519 AAAAbob"] },
  ],
  deployerKeys: ["ssh-ed25519 AAAAjenkins jenkins"],
  manage: ["people", "firewall", "proxy", "deploy"],
  openings: openingsOf(
    {
      sshFrom: ["203.0.113.0/24", "2001:db8::/32"],
      ports: [{ port: 1194, protocol: "udp", reason: "a VPN" }],
    },
    [],
  ),
  sites: [
    {
      slug: "kmc",
      httpPort: 18_015,
      serve: ["kmc.example.org", "www.kmc.example.org"],
      redirect: ["old.example.org"],
      hidden: false,
      external: false,
    },
    {
      slug: "clinic",
      httpPort: 8_080,
      serve: ["clinic.example.org"],
      redirect: [],
      hidden: true,
      external: true,
    },
  ],
  deliveries: [],
  backups: [],
  madeByBerth: true,
  dotfiles: { repository: "https://git.example/dotfiles.git", commit: "0123456789".repeat(4) },
};
const client: MachineDeclaration = {
  ...node,
  owner: "berth/prod-b",
  initialAccount: "ubuntu",
  members: [],
  manage: ["deploy"],
  sites: [],
  deliveries: [],
  backups: [],
  madeByBerth: false,
  takenOver: ["legacy"],
};

/** What stands before the constant part: all that differs between machines. */
const declarations = (script: string) =>
  script
    .slice(0, script.indexOf("\nset -"))
    .replace(/^PAM_PY='[^']*'$/m, "PAM_PY=…")
    .replace(/^(SSHD_CONF|HISTORY_SH)=[^]*$/m, "$1=…");

const scripts = {
  enter: renderEnter(node),
  converge: renderConverge(node),
  check: renderConverge(node, true),
  client: renderConverge(client),
  observe: renderObserve(),
};

describe("rendered scripts", () => {
  it("declare a machine in words that can be reviewed", () => {
    expect(declarations(scripts.enter)).toMatchSnapshot("enter");
    expect(declarations(scripts.converge)).toMatchSnapshot("converge");
    expect(declarations(scripts.client)).toMatchSnapshot("a client's machine");
  });

  it("differ between a run and a check in one line, and between two machines in declarations", () => {
    expect(scripts.check).toBe(scripts.converge.replace("CHECK=no", "CHECK=yes"));
    const constant = (script: string) => script.slice(script.indexOf("\nset -"));
    expect(constant(scripts.client)).toBe(constant(scripts.converge));
    expect(renderConverge(node)).toBe(scripts.converge);
  });

  it.each(Object.entries(scripts))(
    "%s is bash, whole and cut anywhere runs nothing",
    { timeout: 180_000 },
    (_, script) => {
      expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
      // As a launcher has it run, and ended before it does anything else.
      const ended = `{\necho ran; exit\n${script.slice(2)}`;
      const says = (input: string) =>
        spawnSync("bash", ["-c", 'eval "$(cat)"'], { input, encoding: "utf8" }).stdout;
      expect(says(ended)).toBe("ran\n");
      // What a session that is cut off has sent.
      const step = Math.max(997, Math.ceil(ended.length / 25));
      for (let end = ended.lastIndexOf("}") - 1; end > 2; end -= step) {
        expect(says(ended.slice(0, end))).toBe("");
      }
    },
  );

  const kinds = ["enter", "converge", "observe"] as const;
  it.each(kinds)("%s is clean to shellcheck", { timeout: 180_000 }, (sequence) => {
    const script = scripts[sequence];
    const start = script.indexOf("\nset -");
    const head = start < 0 ? "{" : script.slice(0, start);
    const input = `#!/bin/bash\n${head}\n${sourceOf(sequence)}\n} </dev/null\n`;
    // 2016: the texts of files stand in single quotes, with what their own shells expand. 2317, 2329:
    // some functions are called by their names.
    const options = ["--shell=bash", "--exclude=SC2016,SC2317,SC2329"];
    const checked = spawnSync("shellcheck", [...options, "-"], { input });
    expect(checked.error).toBeUndefined();
    expect(checked.stdout.toString()).toBe("");
  });

  it.each(["enter", "converge", "observe"] as const)(
    "%s loses comments and indentation alone on its way to the state",
    (sequence) => {
      const script = scripts[sequence];
      const start = script.indexOf("\nset -");
      const body = script.slice(start, script.lastIndexOf("}")).trim();
      // What bash has read, printed back by bash.
      const read = (text: string) =>
        execFileSync("bash", ["-s"], { input: `f() {\n${text}\n}\ndeclare -f f` }).toString();
      expect(read(body)).toBe(read(sourceOf(sequence)));
      expect(body).not.toMatch(/^(\s|#)/m);
    },
  );

  it("stay small enough to be stored with every node", () => {
    expect(packed(scripts.enter).length).toBeLessThan(7_500);
    expect(renderDeclarations(node).length).toBeLessThan(1_000);
  });

  it("let nothing through that the provider cannot take, and keep their status", () => {
    const plain = scripts.observe.slice(0, scripts.observe.indexOf("\nexport "));
    const said = (what: string) =>
      spawnSync("bash", ["-s"], { input: `${plain}\n${what}\n} </dev/null\n` });
    const odd = said("printf 'caf\\303\\251 \\377 \\033[1m\\tx\\n'; printf '\\377' >&2; exit 65");
    expect([odd.stdout.toString(), odd.status]).toEqual(["caf?? ? ?[1m\tx\n", 65]);
    expect(odd.stderr.toString()).toBe("?");
    const long = said("head -c 70000 /dev/zero | tr '\\0' x; echo; echo last");
    expect(long.stdout.toString()).toMatch(/^x{4000} \(cut\)\nlast\n$/);
    // Nothing is lost where the shell's end ends what it leaves behind, as sudo's terminal does.
    for (const script of [scripts.enter, scripts.converge, scripts.observe]) {
      expect(script).toContain(plain.slice(plain.indexOf("\nset -")));
    }
  });

  it("write a key with the spaces that sshd reads, whoever declares it", () => {
    const key = publicKey(7);
    const pasted = { ...node, members: [{ name: "ana", keys: [key.replace(" ", "\u00a0")] }] };
    expect(renderConverge(pasted)).toContain(`'${key}\n'`);
    expect(renderConverge(pasted)).not.toContain("\u00a0");
  });
});

describe("what a script says of what it found", () => {
  it("is lines of bounded length that no terminal obeys and every engine takes", () => {
    const library = readFileSync("components/machine/steps/library.sh", "utf8");
    const evil = "a\\033[2Jb\\nchanged: x\\xff\\xc2\\x9b \\xe2\\x80\\xae%0070000d";
    const input = `export LC_ALL=C\n${library}\nnote "$(printf '${evil}' 1)" "still here"\n`;
    const said = execFileSync("bash", ["-s"], { input });
    expect(said.toString("latin1")).toMatch(
      /^note: a\?\[2Jb\?changed: x\?\?\? \?\?\?0{900,}[ -~]*\n$/,
    );
    expect(said.length).toBeLessThan(1_100);
  });
});

describe("a declaration that cannot be meant", () => {
  it.each<[string, Partial<MachineDeclaration>, string]>([
    ["no deployer", { deployerKeys: [] }, "team.deployers: is empty"],
    ["a member without a key", { members: [{ name: "ana", keys: [] }] }, "team.members.ana.keys"],
    ["a name no account has", { members: [{ name: "A na", keys: ["k"] }] }, '"A na" cannot be'],
    ["the automation account", { members: [{ name: "berth", keys: ["k"] }] }, '"berth" cannot be'],
    ["a key of two lines", { deployerKeys: ["a\nb"] }, "more than one line"],
    ["an owner of two lines", { owner: "a\nb" }, "more than one line"],
    [
      "a branch for a commit",
      { dotfiles: { repository: "r", commit: "main" } },
      "full commit hash",
    ],
  ])("is refused: %s", (_, change, message) => {
    expect(() => renderConverge({ ...node, ...change })).toThrow(message);
    expect(() => renderEnter({ ...node, ...change })).toThrow(message);
  });
});

/** The board of a fleet of which some hosts are dead, beside the same one in which none is. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";

import { main as board } from "../../operations/board/board";
import { collectorsOf } from "../../operations/board/collectors/collectors";
import type { Context } from "../../operations/ground/context";
import { fleetOfNodes } from "./fleets";
import { figure, seconds, unlessStopped, type Bench } from "./part";
import { timed } from "./timing";

const dead = 5;

/** What a machine needs to answer, in seconds: a check and all questions of a booted one, on a busy computer. */
const answersIn = 4;

/** Seconds after which `ssh` gives an address up that nobody answers at. */
const givenUpAfter = 10;

/**
 * `npm run bench -- board`: the command itself, with an `ssh` and a `git` on PATH that answer in the time that
 * machines and repositories need. Sites are asked of nobody: they take a fifth of a second, those of dead hosts ten.
 */
export async function benchBoard({ say, signal, sizes = [60] }: Bench) {
  const results: object[] = [];
  for (const size of sizes) {
    const whole = await unlessStopped(signal, ofFleet(size, 0));
    const broken = await unlessStopped(signal, ofFleet(size, dead));
    const ratio = broken.ms / whole.ms;
    say(figure(`board of ${size}, no host dead`, seconds(whole.ms)));
    say(figure(`board of ${size}, ${dead} hosts dead`, `${seconds(broken.ms)} (goal 60 s)`));
    say(figure("dead / none", ratio.toFixed(2)));
    results.push({
      size,
      dead,
      wholeMs: whole.ms,
      brokenMs: broken.ms,
      ratio,
      unknown: broken.unknown,
    });
  }
  return { results };
}

async function ofFleet(size: number, without: number): Promise<{ ms: number; unknown: number }> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-bench-board-"));
  try {
    const fleet = fleetOfNodes(size);
    const context = declared(directory, fleet, without);
    const done = await timed(() =>
      board(context, ["--json", "--stack", "stage"], (own, fleets) => {
        const real = collectorsOf(own, fleets);
        return {
          ...real,
          visits: { ...real.visits, ask: ({ domain }) => visited(own, domain, without) },
        };
      }),
    );
    const { unknown } = JSON.parse(context.said()) as { unknown: number };
    return { ms: done.ms, unknown };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

async function visited({ now }: Context, domain: string, without: number) {
  const isDead = Number(/^p(\d+)\./.exec(domain)?.[1]) < without;
  await sleep(isDead ? givenUpAfter * 1000 : 200);
  const ends = new Date(now.getTime() + 60 * 86_400_000).toISOString();
  const said = isDead
    ? { kind: "silent", why: "connect ETIMEDOUT" }
    : { kind: "answered", status: 200, ms: 200, ends };
  return { at: now, said };
}

/** The stack files, the programs on PATH and a state of machines at addresses that nobody has. */
function declared(
  directory: string,
  { shared, stacks }: ReturnType<typeof fleetOfNodes>,
  without: number,
): Context & { readonly said: () => string } {
  const { agency, team } = shared as { agency: object; team: { deployers: { ci: string } } };
  const { projects } = stacks["stage"] as { projects: Record<string, object> };
  const write = (name: string, content: object) =>
    fs.writeFileSync(path.join(directory, name), stringify(content));
  write("Pulumi.yaml", {
    name: "bench",
    config: { "berth:agency": { value: agency }, "berth:team": { value: team } },
  });
  const slugs = Object.keys(projects);
  const delivered = slugs.map((slug) => {
    return [slug, { ...projects[slug], repository: `git@git.example:${slug}.git` }];
  });
  write("Pulumi.stage.yaml", { config: { "berth:projects": Object.fromEntries(delivered) } });
  const script = (name: string, text: string) =>
    fs.writeFileSync(path.join(directory, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  script("ssh-add", `echo '${team.deployers.ci}'`);
  script("git", `sleep 0.5; printf '%s\\t%s\\n' ${"a".repeat(40)} "\${!#}"`);
  script(
    "ssh",
    `for word; do case $word in *@192.0.2.*) n=\${word##*.} ;; esac; done
if [ "$n" -le ${without} ]; then sleep ${givenUpAfter}; echo 'Connection timed out' >&2; exit 255; fi
cat >/dev/null; sleep ${answersIn}
printf '%s\\n' 'berth: 0 differ, 0 failed, 0 notes' 'status: 0' 'owner: bench/stage' 'uptime: 5' 'disk: 9' 'reboot: no' 'updates: 0' 'security: 0' 'end: yes'`,
  );
  const nodes = Object.fromEntries(
    slugs.map((slug, index) => [
      slug,
      { address: `192.0.2.${index + 1}`, hostKey: team.deployers.ci, projects: [slug] },
    ]),
  );
  let out = "";
  return {
    directory,
    env: { ...process.env, PATH: `${directory}:${process.env["PATH"]}` },
    now: new Date(),
    out: (text) => void (out += text),
    say: () => undefined,
    published: () => Promise.resolve({ nodes, interrupted: [] }),
    keys: (fleet) => fleet,
    said: () => out,
  };
}

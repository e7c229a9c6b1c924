import { expect, it } from "vitest";

import type { MachineDeclaration } from "../../components/machine/script";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import type { Yard } from "./yard";

/** The machine whose members have dotfiles, and ways to it. */
export interface DotfilesPlace {
  readonly yard: Yard;
  /** Runs a script as root; answers what it printed. */
  readonly onHost: (script: string) => Promise<string>;
  readonly as: (login: "bob", command: string) => Promise<Finished>;
  readonly check: (machine: MachineDeclaration) => Promise<Finished>;
  readonly converge: (machine: MachineDeclaration) => Promise<Finished>;
}

/** Dotfiles at a pinned commit (R19), on a machine that is converged. */
export function dotfilesSuite({ yard, onHost, as, check, converge }: DotfilesPlace): void {
  it("has the dotfiles at the declared commit, and only says so when it cannot get them (R19)", async () => {
    const commits = (await onHost(dotfilesRepository)).trim().split("\n");
    const at = (commit: string, port = 9418) =>
      yard.declaration({
        dotfiles: { repository: `git://127.0.0.1:${port}/dotfiles.git`, commit },
      });
    const dead = await converge(at(commits[0]!, 9));
    expect(dead).toMatchObject({ code: 0 });
    expect(dead.stdout).toMatch(
      /^note: dotfiles of ana: could not be installed: fatal: unable to/m,
    );
    expect(dead.stdout).toContain("berth: 0 changed, 0 failed, 2 notes");
    for (const commit of commits) {
      const done = await converge(at(commit));
      expect(done.stdout).toContain(`changed: dotfiles of bob: installed at ${commit}`);
      expect((await as("bob", "git -C .dotfiles rev-parse HEAD; cat ~/.installed")).stdout).toBe(
        `${commit}\n${commit === commits[0] ? "one" : "two"}\n`,
      );
      expect(await converge(at(commit))).toMatchObject({
        stdout: "berth: 0 changed, 0 failed, 0 notes\n",
      });
    }
    expect((await check(at(commits[0]!))).stdout).toContain("drift: dotfiles of ana: not at");
    await onHost("systemctl stop dotfiles-server");
  });

  it("runs the pinned commit of dotfiles that clone their own HEAD and run it with sudo (R19, R18)", async () => {
    const said = await onHost(selfCloning);
    const [pinned, evading] = said.trim().split("\n").slice(-2);
    const at = (commit: string) =>
      yard.declaration({
        dotfiles: { repository: "git://127.0.0.1:9419/self.git", commit },
      });
    const done = await converge(at(pinned!));
    expect(done.stdout, done.stdout + done.stderr).toContain(
      `changed: dotfiles of bob: installed at ${pinned}`,
    );
    expect((await as("bob", "cat ~/.applied; sudo cat /etc/sudoers.d/bob")).stdout).toBe(
      "pinned\nbob ALL=(ALL) NOPASSWD: ALL\n",
    );
    expect(await converge(at(pinned!))).toMatchObject({
      stdout: "berth: 0 changed, 0 failed, 0 notes\n",
    });
    expect(await onHost("cat /etc/gitconfig 2>/dev/null || true")).toBe("");

    // By another name of the host git is led past the mirror: found afterwards, and refused.
    const past = await converge(at(evading!));
    expect(past.code).toBe(1);
    expect(past.stdout).toMatch(
      /^failed: dotfiles of bob: install\.sh brought another commit than the declared one: .*setup/m,
    );
    expect((await converge(at(evading!))).code).toBe(1);
    await onHost("systemctl stop self-server; rm -rf /etc/sudoers.d/ana /etc/sudoers.d/bob");
  });
}

/** A repository with two commits, served on the machine itself; prints their hashes. */
const dotfilesRepository = `set -e
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x
git init -q -b main /srv/work && cd /srv/work
for content in one two; do
  printf '#!/bin/sh\\necho %s > ~/.installed\\n' "$content" > install.sh && chmod +x install.sh
  git add . && git commit -qm "$content" && git rev-parse HEAD
done
git clone -q --bare /srv/work /srv/dotfiles.git
systemd-run -q --unit=dotfiles-server git daemon --reuseaddr --listen=127.0.0.1 --base-path=/srv --export-all
for round in 1 2 3 4 5 6 7 8 9; do git ls-remote git://127.0.0.1/dotfiles.git >/dev/null 2>&1 && break; sleep 0.3; done
`;

/**
 * A repository as agencies have them: install.sh clones it once more, with sudo, and runs what HEAD
 * holds. Prints a commit that does so, and one that names the host otherwise; HEAD is newer than both.
 */
const selfCloning = `set -e
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x
git init -q -b trunk /srv/self && cd /srv/self
commit() {
  printf '#!/bin/sh\\nset -e\\nsudo rm -rf ~/setup\\nsudo git clone -q git://%s:9419/self.git ~/setup\\nsudo ~/setup/apply "$USER"\\n' "$2" > install.sh
  printf '#!/bin/sh\\necho %s > /home/$1/.applied\\necho "$1 ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/$1\\nchmod 440 /etc/sudoers.d/$1\\n' "$1" > apply
  chmod +x install.sh apply && git add . && git commit -qm "$1"
}
commit pinned 127.0.0.1 && pinned=$(git rev-parse HEAD)
commit evading localhost && evading=$(git rev-parse HEAD)
commit newest 127.0.0.1
git clone -q --bare /srv/self /srv/self.git
systemd-run -q --unit=self-server git daemon --reuseaddr --listen=127.0.0.1 --port=9419 --base-path=/srv --export-all
for round in 1 2 3 4 5 6 7 8 9; do git ls-remote git://127.0.0.1:9419/self.git >/dev/null 2>&1 && break; sleep 0.3; done
echo $pinned; echo $evading
`;

/** The rival: Ansible, as Debian packages it, pipelined, told to reach the same end state. */

import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";

import type { MachineDeclaration } from "../../components/machine/script";
import { fileContents } from "../../components/machine/steps";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import type { HostYard, YardHost } from "./host-yard";

/** Installs Ansible where it is missing, saying so; throws where that takes somebody else. */
export async function ensureAnsible(say: (line: string) => void): Promise<void> {
  const found = await tryRun(["ansible-playbook", "--version"]).catch(() => undefined);
  if (found?.code === 0) return;
  if (process.getuid?.() !== 0 || !fs.existsSync("/etc/debian_version")) {
    throw new Error("ansible-playbook is not installed; run: sudo apt-get install ansible");
  }
  say("installing Ansible on this machine: apt-get install ansible");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", "-qq", "-y", "install", "--no-install-recommends", "ansible"];
  const done = await tryRun(install, { env });
  if (done.code !== 0) throw new Error(`Ansible cannot be installed: ${done.stderr.slice(-500)}`);
}

/** Ends the connections that Ansible keeps. */
export async function hangUp(yard: HostYard): Promise<void> {
  const sockets = path.join(yard.directory, "cp");
  if (!fs.existsSync(sockets)) return;
  for (const name of fs.readdirSync(sockets)) {
    await tryRun(["ssh", "-o", `ControlPath=${path.join(sockets, name)}`, "-O", "exit", "any"]);
  }
}

/** Runs the play; throws unless every host ends well. */
export async function playOn(
  yard: HostYard,
  hosts: readonly YardHost[],
  machine: MachineDeclaration,
): Promise<void> {
  const file = (name: string) => path.join(yard.directory, name);
  fs.writeFileSync(file("play.yaml"), stringify(play(machine)));
  fs.writeFileSync(file("hosts"), hosts.map(({ address }) => `${address}\n`).join(""));
  // A control socket's path may be 108 bytes long.
  const sockets = ["-o", "ControlMaster=auto", "-o", "ControlPersist=60s"];
  fs.writeFileSync(
    file("ansible.cfg"),
    [
      "[defaults]",
      "forks = 20",
      "interpreter_python = /usr/bin/python3",
      "[ssh_connection]",
      "pipelining = True",
      `control_path_dir = ${file("cp")}`,
      `ssh_args = ${[...yard.options(), ...sockets].join(" ")}`,
      "",
    ].join("\n"),
  );
  const env = { ...process.env, ANSIBLE_CONFIG: file("ansible.cfg"), HOME: yard.directory };
  const locale = { LC_ALL: "C.UTF-8" };
  const command = ["ansible-playbook", "-u", "root", "-i", file("hosts"), file("play.yaml")];
  // Into a file: the connections it keeps would hold a pipe open long after it has ended.
  const shell = ["sh", "-c", 'exec "$@" >log 2>&1', "sh", ...command];
  const done = await tryRun(shell, { env: { ...env, ...locale }, cwd: yard.directory });
  if (done.code !== 0) {
    const said = fs.readFileSync(file("log"), "utf8").slice(-1500);
    throw new Error(`ansible-playbook ended with ${done.code}: ${said}`);
  }
}

/**
 * What converge does, as a careful Ansible user writes it: no facts are gathered, packages are asked
 * for at once, and whatever a module can loop over on the host is one call.
 */
function play({ members, deployerKeys }: MachineDeclaration): unknown {
  const files = fileContents();
  const names = members.map(({ name }) => name);
  const copy = (dest: string, content: string, more: Record<string, unknown> = {}) => ({
    copy: { dest, content, owner: "root", group: "root", mode: "0644", ...more },
  });
  const keys = [
    { name: "berth", key: deployerKeys.join("\n") },
    ...members.map((member) => ({ name: member.name, key: member.keys.join("\n") })),
  ];
  const rights = ["berth", ...names].map((name) => `${name} ALL=(ALL:ALL) NOPASSWD:ALL\n`).join("");
  const packages = ["docker.io", "docker-cli", "docker-compose", "git", "sudo"];
  const account = { shell: "/bin/bash", password: "*" };
  const loop = { loop: names };
  return [
    {
      hosts: "all",
      gather_facts: false,
      tasks: [
        { apt: { name: [...packages, "unattended-upgrades"], install_recommends: false } },
        { group: { name: "{{ item }}" }, loop: ["sudo", "docker", "dev"] },
        { user: { name: "berth", ...account } },
        { user: { name: "{{ item }}", groups: ["sudo", "dev", "docker"], ...account }, ...loop },
        {
          "ansible.posix.authorized_key": {
            user: "{{ item.name }}",
            key: "{{ item.key }}",
            exclusive: true,
          },
          loop: keys,
        },
        copy("/etc/sudoers.d/00-berth", rights, { mode: "0440", validate: "visudo -cf %s" }),
        {
          ...copy(
            "/etc/ssh/sshd_config.d/00-berth.conf",
            files["SSHD_CONF"]!.replaceAll("@ROOT@", "prohibit-password"),
            { validate: "sshd -t -f %s" },
          ),
          notify: "reload sshd",
        },
        { file: { path: "/var/log/berth/history", state: "directory", mode: "0711" } },
        {
          file: {
            path: "/var/log/berth/history/{{ item }}",
            state: "directory",
            owner: "{{ item }}",
            group: "{{ item }}",
            mode: "0700",
          },
          ...loop,
        },
        {
          file: { path: "{{ item }}", state: "directory", mode: "0755" },
          loop: ["/etc/berth", "/etc/motd.d"],
        },
        copy("/etc/berth/history.sh", files["HISTORY_SH"]!),
        copy("/etc/tmpfiles.d/berth.conf", files["TMPFILES_CONF"]!),
        copy("/etc/motd.d/60-berth", files["MOTD"]!),
        {
          lineinfile: {
            path: "/etc/bash.bashrc",
            line: "if [ -r /etc/berth/history.sh ]; then . /etc/berth/history.sh; fi",
          },
        },
        copy("/etc/apt/apt.conf.d/52berth", files["APT_CONF"]!),
        {
          systemd: { name: "{{ item }}", enabled: true, state: "started" },
          loop: ["docker.service", "apt-daily.timer", "apt-daily-upgrade.timer"],
        },
      ],
      handlers: [{ name: "reload sshd", systemd: { name: "ssh", state: "reloaded" } }],
    },
  ];
}

/** What is on a machine, to compare one moment with another. */

import type { Machines } from "../../packages/local-cloud/hosts";

/** Lines by subject. */
export type Listing = Readonly<Record<string, readonly string[]>>;

const questions = {
  accounts: "getent passwd | cut -d: -f1,6,7",
  groups: "getent group | cut -d: -f1,4",
  packages: "dpkg-query -W -f '${Package}\\n'",
  "enabled units": "systemctl list-unit-files --state=enabled --no-legend | cut -d' ' -f1",
  "running units":
    "systemctl list-units --type=service,timer,socket --state=active --no-legend --plain | cut -d' ' -f1 | grep -v '@'",
  ports: "ss -Hlntu | awk '{print $1, $5}'",
  sshd: "sshd -T -C user=root,host=h,addr=192.0.2.1,laddr=127.0.0.1,lport=22,rdomain= 2>/dev/null",
  files:
    "find /etc /home /root /opt /srv /usr /var/lib/berth /var/log/berth -xdev ! -path '*/__pycache__*' -printf '%p %u:%g %m %y\\n' 2>/dev/null",
  contents: "find /etc -xdev -type f ! -name '*-' -exec md5sum {} + | awk '{print $2, $1}'",
} as const;

/** Asks a machine everything, past sshd. */
export async function listing(machines: Pick<Machines, "exec">, id: string): Promise<Listing> {
  const found: Record<string, string[]> = {};
  for (const [subject, question] of Object.entries(questions)) {
    const { stdout } = await machines.exec(id, ["sh", "-c", question]);
    found[subject] = stdout.split("\n").filter(Boolean).sort();
  }
  return found;
}

/**
 * What a machine has gained (`+`) and lost (`-`), by subject; names of files set aside vary. Of
 * contents only the files that changed (`~`): what is new stands under `files`.
 */
export function added(before: Listing, after: Listing): Listing {
  const changes = compared(before, after);
  const gone = new Set(changes["contents"]!.filter((line) => line.startsWith("- ")).map(pathOf));
  const contents = changes["contents"]!.filter((line) => line.startsWith("+ ")).map(pathOf);
  return {
    ...changes,
    contents: contents.filter((path) => gone.has(path)).map((path) => `~ ${path}`),
  };
}

/** The path in `+ path hash`. */
const pathOf = (line: string): string => line.slice(2, line.lastIndexOf(" "));

function compared(before: Listing, after: Listing): Listing {
  const stable = (line: string) => line.replace(/\d{8}T\d{6}-\d+-/, "<when>-");
  return Object.fromEntries(
    Object.entries(after).map(([subject, lines]) => {
      const old = new Set(before[subject]);
      const now = new Set(lines);
      return [
        subject,
        [
          ...(before[subject] ?? []).filter((line) => !now.has(line)).map((line) => `- ${line}`),
          ...lines.filter((line) => !old.has(line)).map((line) => `+ ${stable(line)}`),
        ],
      ];
    }),
  );
}

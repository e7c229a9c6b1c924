import * as fs from "node:fs";
import * as path from "node:path";

import { repository } from "../../rehearsal/paths";

/** What an earlier release said where this one says otherwise, by file. */
const earlier: Readonly<Record<string, readonly (readonly [now: string, then: string])[]>> = {
  "components/clouds/digitalocean/facts.ts": [["ubuntu-26-04-x64", "ubuntu-24-04-x64"]],
  "components/clouds/scaleway/facts.ts": [["ubuntu_resolute", "ubuntu_noble"]],
};
const program = ["index.ts", "components"];

/** Has a scratch project run an earlier release, whose images were older. */
export function installOlderProgram(project: string): void {
  for (const name of program) {
    fs.rmSync(path.join(project, name), { force: true });
    fs.cpSync(path.join(repository, name), path.join(project, name), { recursive: true });
  }
  for (const [name, changes] of Object.entries(earlier)) {
    const file = path.join(project, name);
    let text = fs.readFileSync(file, "utf8");
    for (const [now, then] of changes) {
      if (!text.includes(now)) throw new Error(`${name} does not hold ${now}`);
      text = text.replace(now, then);
    }
    fs.writeFileSync(file, text);
  }
}

/** Has a scratch project run the program as it is. */
export function installProgram(project: string): void {
  for (const name of program) {
    fs.rmSync(path.join(project, name), { recursive: true });
    fs.symlinkSync(path.join(repository, name), path.join(project, name));
  }
}

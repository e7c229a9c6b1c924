import * as fs from "node:fs";
import * as path from "node:path";

/** The repository as it is written, but for the slug. */
const template = path.join(__dirname, "template");
/** What stands for the slug in the template's files. */
const placeholder = /__SLUG__/g;

/** Writes the repository of a project into a directory. Nothing in it is written over: refused as the system does. */
export function writeProject(slug: string, directory: string): void {
  write(template, directory, slug);
}

/** The text of one file of the template, for a slug. */
export function templateText(name: string, slug: string): string {
  return fs.readFileSync(path.join(template, name), "utf8").replace(placeholder, slug);
}

function write(from: string, to: string, slug: string): void {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      write(source, target, slug);
      continue;
    }
    const text = fs.readFileSync(source, "utf8").replace(placeholder, slug);
    // Never over one that has appeared since.
    fs.writeFileSync(target, text, { flag: "wx", mode: fs.statSync(source).mode & 0o777 });
  }
}

import * as fs from "node:fs";
import * as path from "node:path";

/** Gives a directory and all in it to another account. Links are given, never what they lead to. */
export function give(place: string, uid: number): void {
  for (const each of everything(place)) fs.lchownSync(each, uid, uid);
}

/** Lets every account read these directories, as git would have written them. */
export function openTo(places: readonly string[]): void {
  for (const each of places.flatMap(everything)) {
    const stat = fs.lstatSync(each);
    if (stat.isSymbolicLink()) continue;
    const runs = stat.isDirectory() || (stat.mode & 0o100) !== 0;
    fs.chmodSync(each, stat.mode | (runs ? 0o555 : 0o444));
  }
}

function everything(place: string): readonly string[] {
  const stat = fs.lstatSync(place);
  if (!stat.isDirectory()) return [place];
  const below = fs.readdirSync(place).flatMap((name) => everything(path.join(place, name)));
  return [place, ...below];
}

import { describe, expect, it } from "vitest";

import { jobKeys, jobRights } from "../../components/machine/jobs";
import { publicKey } from "../stack-file/fixture";
import { delivery } from "./quay";

const blob = (number: number) => publicKey(number).split(" ").slice(0, 2).join(" ");
const shop = delivery("shop", 18_016, { jobs: { ci: publicKey(1), "ci-2": publicKey(2) } });
const kmc = delivery("kmc", 18_015, { jobs: { ci: publicKey(3) } });

describe("jobs of a machine (R80)", () => {
  it("enter with a key each, which runs one command", () => {
    expect(jobKeys([kmc, shop]).trim().split("\n")).toEqual(
      [
        ["kmc", "ci", 3],
        ["shop", "ci", 1],
        ["shop", "ci-2", 2],
      ].map(
        ([slug, name, number]) =>
          `restrict,command="exec sudo -n /usr/local/sbin/berth-site job ${slug} ${name}" ${blob(Number(number))} ${slug}/${name}`,
      ),
    );
  });

  it("have the right to these commands, to the letter", () => {
    expect(jobRights([kmc]).split("\n").slice(1)).toEqual([
      "berth-jobs ALL=(root) NOPASSWD: /usr/local/sbin/berth-site job kmc ci",
      "",
    ]);
    expect(jobRights([])).toBe("");
    expect(jobKeys([])).toBe("");
  });

  it.each<[string, Record<string, string>, string]>([
    ["a name with a space", { "ci ALL": publicKey(4) }, "projects.shop.jobs.ci ALL: a job's name"],
    ["a name with a quote", { 'ci"': publicKey(4) }, "a job's name"],
    ["a name that is a pattern of sudo's", { "*": publicKey(4) }, "a job's name"],
    ["a key with options before it", { ci: `no-pty ${publicKey(4)}` }, "is no public key"],
    ["the key of another job", { ci: publicKey(3) }, "is the key of projects.kmc.jobs.ci too"],
  ])("are refused with %s", (_, jobs, message) => {
    expect(() => jobKeys([kmc, { ...shop, jobs }])).toThrow(message);
    expect(() => jobRights([kmc, { ...shop, jobs }])).toThrow(message);
  });

  it("never take a comment of a key for more than that", () => {
    const key = `${publicKey(5)} x" command="sh`;
    expect(jobKeys([{ ...kmc, jobs: { ci: key } }])).not.toContain('command="sh');
  });
});

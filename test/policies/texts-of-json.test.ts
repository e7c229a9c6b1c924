import { describe, expect, it } from "vitest";

import { LawfulStack } from "./lawful-stack";

/** What an update asks of a service, as a command of the program's gets it on standard input. */
const broken = (stdin: object) => {
  const stack = new LawfulStack();
  const create = "node tools/setup/run.js operations/here integrate fleet-jobs";
  stack.add("command:local:Command", "jobs", { create, stdin: JSON.stringify(stdin) });
  return stack.broken().map(({ policy }) => policy);
};

describe("a text of JSON", () => {
  it("holds no password where an address is followed by a repository over SSH", () => {
    const repository = "git@github.com:acme/berth.git";
    expect(broken({ jenkins: "https://jenkins.acme.dev", repository })).toEqual([]);
  });

  it("holds one in an address of its own", () => {
    const repository = "https://ana:hunter2@github.com/acme/berth.git";
    expect(broken({ repository })).toEqual(["keep-secrets-secret"]);
  });
});

import { describe, expect, it } from "vitest";

import { agentAdvice, heldKeys } from "../../components/machine/agent";

const key = (n: number) => `ssh-ed25519 ${Buffer.from(`key ${n}`).toString("base64")} of ${n}`;

describe("an ssh-agent that a deployment uses", () => {
  it.each([
    ["offers a deployer's key first", [9, 1, 2], undefined],
    ["is empty or not there", [], undefined],
    ["offers another first", [1, 9], /offers 1 key before .* a refused login; load/],
    ["offers too many first", [1, 2, 3, 4, 5, 6, 9], /6 keys before .*sshd hangs up before it/],
    ["holds no deployer's", [1, 2], /^none of the ssh-agent's keys is a declared deployer's/],
  ])("%s", (_, held, advice) => {
    const said = agentAdvice(held.map(key), [key(8), key(9).replace(/ of.*/, " else")]);
    if (advice === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(advice);
  });

  it("counts as empty where none answers", async () => {
    expect(await heldKeys({})).toEqual([]);
    expect(await heldKeys({ ...process.env, SSH_AUTH_SOCK: "/nowhere/agent" })).toEqual([]);
  });
});

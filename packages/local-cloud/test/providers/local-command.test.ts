import { expect, it } from "vitest";

import { localCommand } from "../../providers/command/local-command";
import type { Props } from "../../emulator/values";
import { caller } from "./command-fixture";

const subject = { urn: "urn", name: "here", type: "command:local:Command" };
const create = async (inputs: Props, told = caller()) =>
  (await localCommand.create(subject, inputs, false, told.context)).outputs;

it("runs where the engine's program is, with the engine's environment and its own standard input", async () => {
  const told = caller({ TOKEN: "of the engine" });
  const outputs = await create({ create: 'pwd; echo "$TOKEN"; cat', stdin: "given" }, told);
  expect(outputs["stdout"]).toBe("/tmp\nof the engine\ngiven");
  expect(told.lines.map(({ message }) => message)).toEqual(["/tmp", "of the engine", "given"]);
});

it("fails with its status and all that it said, and never with its standard input", async () => {
  const failed = create({ create: "echo one; echo two >&2; exit 3", stdin: "secret" });
  await expect(failed).rejects.toThrow(
    /^exit status 3: running "echo one; echo two >&2; exit 3":\n(one\ntwo|two\none)\n$/,
  );
});

it("runs its update, or its create again, when something changed, and its delete at the end", async () => {
  const { context } = caller();
  const id = { ...subject, id: "x" };
  const olds = { create: "echo made", stdout: "made", stderr: "" };
  const change = (news: Props) => ({ olds, oldInputs: { create: "echo made" }, news });
  const again = change({ create: "echo made again" });
  expect(localCommand.diff(id, again, context)).toMatchObject({ changes: true, replaces: [] });
  expect(await localCommand.update(id, again, false, context)).toMatchObject({
    stdout: "made again",
  });
  const news = { create: "echo made", update: 'echo "$PULUMI_COMMAND_STDOUT, changed"' };
  expect(await localCommand.update(id, change(news), false, context)).toMatchObject({
    stdout: "made, changed",
  });
  await expect(
    localCommand.delete(id, { ...olds, delete: "echo stays; exit 1" }, context),
  ).rejects.toThrow("stays");
});

it("is killed when the engine gives it up", async () => {
  const control = new AbortController();
  const failed = create({ create: "echo begun; sleep 60" }, caller({}, { signal: control.signal }));
  setTimeout(() => control.abort(), 300);
  await expect(failed).rejects.toThrow("running");
});

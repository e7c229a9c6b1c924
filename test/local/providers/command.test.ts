import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { UNKNOWN, type Props } from "../../../local/emulator/values";
import { goQuote } from "../../../local/providers/command/go-quote";
import { caller, connectionTo, create as createWith, handler, subject } from "./command-fixture";
import { startSshd, type LoopbackSshd } from "./loopback-sshd";

let sshd: LoopbackSshd;

beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const connection = (changes: Props = {}) => connectionTo(sshd, changes);
const create = (inputs: Props, told = caller()) =>
  createWith({ connection: connection(), ...inputs }, told);

describe("a command", () => {
  it("runs over real SSH with its stdin, and loses one trailing newline of each stream", async () => {
    const who = await create({ create: "id -un; cat", stdin: "from stdin\n" });
    expect(who["stdout"]).toBe(`${sshd.user}\nfrom stdin`);
    const twice = await create({ create: "echo out; echo; echo err >&2; echo >&2" });
    expect(twice).toMatchObject({ stdout: "out\n", stderr: "err\n" });
  });

  it("gets an id from the resource's name and eight hexadecimal digits", async () => {
    const { id } = await handler.create(
      subject,
      { connection: connection(), create: "true" },
      false,
      caller().context,
    );
    expect(id).toMatch(/^web[0-9a-f]{8}$/);
  });

  it("fails with its status, its own text and both streams in the order they came", async () => {
    await expect(create({ create: 'echo "one"; sleep 0.1; echo two >&2; exit 3' })).rejects.toThrow(
      'Process exited with status 3: running "echo \\"one\\"; sleep 0.1; echo two >&2; exit 3":\none\ntwo\n',
    );
  });

  it("fails when a signal ends it", async () => {
    await expect(create({ create: "kill -TERM $$" })).rejects.toThrow(
      "Process exited with status 143 from signal TERM: running",
    );
  });

  it("logs each line while it runs, and only the streams that logging names", async () => {
    const both = caller();
    await create({ create: "echo out; sleep 0.1; echo err >&2" }, both);
    expect(both.lines).toEqual([
      { severity: "info", message: "out", passing: true },
      { severity: "info", message: "err", passing: true },
    ]);
    for (const [logging, logged] of [
      ["stdout", ["out"]],
      ["stderr", ["err"]],
      ["none", []],
      ["loud", []],
    ] as const) {
      const one = caller();
      await create({ create: "echo out; echo err >&2", logging }, one);
      expect(one.lines.map(({ message }) => message)).toEqual(logged);
    }
  });

  it("that prints a line over 64 KiB fails where the real provider hangs, unless not logged", async () => {
    const long = "head -c 70000 /dev/zero | tr '\\0' x";
    await expect(create({ create: long })).rejects.toThrow("set logging to none");
    expect((await create({ create: long, logging: "none" }))["stdout"]).toHaveLength(70_000);
  });

  it("gets variables that sshd accepts and fails on others, with the hint in the log", async () => {
    const accepted = await create({
      create: "echo $BERTH_NAME",
      environment: { BERTH_NAME: "kmc" },
    });
    expect(accepted["stdout"]).toBe("kmc");
    const refused = caller();
    await expect(
      create({ create: "touch never", environment: { FOO: "s3cret" } }, refused),
    ).rejects.toThrow('could not set environment variable "FOO": ssh: setenv failed');
    expect(refused.lines).toHaveLength(1);
    expect(refused.lines[0]).toMatchObject({ severity: "error" });
    expect(refused.lines[0]!.message).toMatch(/^Unable to set 'FOO'\. This only works if/);
  });

  it("is cut off when the engine goes away", async () => {
    const controller = new AbortController();
    const file = path.join(sshd.directory, "started");
    const running = create({ create: `touch ${file}; sleep 60` }, caller({}, controller.signal));
    while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await expect(running).rejects.toThrow("remote command exited without exit status");
  });
});

describe("an update", () => {
  const olds = { stdout: "before", stderr: "" };

  it("runs update where there is one, else the new create, else nothing", async () => {
    const { context } = caller();
    const update = async (news: Props) => {
      const inputs = { connection: connection(), addPreviousOutputInEnv: false, ...news };
      const change = { olds, oldInputs: {}, news: inputs };
      return (await handler.update({ ...subject, id: "web1" }, change, false, context))["stdout"];
    };
    expect(await update({ create: "echo create", update: "echo update" })).toBe("update");
    expect(await update({ create: "echo create" })).toBe("create");
    expect(await update({})).toBe("before");
  });

  it("offers the previous output and goes on with a warning when sshd refuses it", async () => {
    const told = caller();
    const news = { connection: connection(), create: 'echo "[$PULUMI_COMMAND_STDOUT]"' };
    const outputs = await handler.update(
      { ...subject, id: "web1" },
      { olds, oldInputs: {}, news },
      false,
      told.context,
    );
    expect(outputs["stdout"]).toBe("[]");
    expect(told.lines[0]!.severity).toBe("warning");
    expect(told.lines[0]!.message).toContain("'PULUMI_COMMAND_STDOUT'");
  });

  it("shows outputs as unknown in a preview unless inputs are only added", async () => {
    const { context } = caller();
    const preview = (oldInputs: Props, news: Props) =>
      handler.update({ ...subject, id: "web1" }, { olds, oldInputs, news }, true, context);
    expect(await preview({ create: "a" }, { create: "b" })).toMatchObject({ stdout: UNKNOWN });
    expect(await preview({ create: "a" }, { create: "a", delete: "c" })).toMatchObject(olds);
  });
});

describe("a delete", () => {
  it("runs delete with the state's connection, and nothing where there is none", async () => {
    const { context } = caller();
    const file = path.join(sshd.directory, "to-delete");
    fs.writeFileSync(file, "");
    const outputs = { connection: connection(), delete: `rm ${file}`, stdout: "", stderr: "" };
    await handler.delete({ ...subject, id: "web1" }, outputs, context);
    expect(fs.existsSync(file)).toBe(false);
    const gone = { connection: connection({ port: 1 }), stdout: "", stderr: "" };
    await handler.delete({ ...subject, id: "web1" }, gone, context);
  });
});

describe("the engine's quoting", () => {
  it("is Go's", () => {
    expect(goQuote('a "b" \\ \t\n\u0001\u007f é \u200b')).toBe(
      '"a \\"b\\" \\\\ \\t\\n\\x01\\x7f é \\u200b"',
    );
  });
});

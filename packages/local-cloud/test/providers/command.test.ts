import * as fs from "node:fs";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provproto from "@pulumi/pulumi/proto/provider_pb";
import * as emptyproto from "google-protobuf/google/protobuf/empty_pb";
import * as structproto from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Faults } from "../../emulator/faults";
import { recordedMachines } from "../../emulator/machines";
import { serve } from "../../emulator/server";
import { UNKNOWN, type Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { command } from "../../providers/command";
import { goQuote } from "../../providers/command/go-quote";
import { caller, connectionTo, create as createWith, handler, subject } from "./command-fixture";
import { startSshd, type LoopbackSshd } from "./loopback-sshd";

let sshd: LoopbackSshd;

beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

/** A command that says `done` when the file that it makes is gone. */
function waiting() {
  const file = path.join(sshd.directory, "waiting");
  return { file, until: `touch ${file}; while [ -e ${file} ]; do sleep 0.02; done; echo done` };
}

async function appears(file: string): Promise<void> {
  while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
}

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

  it("goes on past its custom time-out, and is stored as done", async () => {
    const { file, until } = waiting();
    const inputs = { connection: connection(), create: until };
    const given = AbortSignal.abort(new DOMException("over", "TimeoutError"));
    const running = handler.create(subject, inputs, false, caller({}, { signal: given }).context);
    await appears(file);
    fs.rmSync(file);
    expect((await running).outputs["stdout"]).toBe("done");
  });

  it("goes on under Ctrl-C, which is a call of its own, and answers the one that waits", async () => {
    const { file, until } = waiting();
    const cloud = { world: new World(), faults: new Faults(), machines: recordedMachines };
    const { port, stop } = await serve(command, { ...cloud, now: () => new Date() });
    const engine = new ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    const request = new provproto.CreateRequest();
    request.setUrn("urn:pulumi:prod::acme::command:remote:Command::web");
    request.setProperties(
      structproto.Struct.fromJavaScript({ connection: connection(), create: until } as never),
    );
    const answer = new Promise<Props>((resolve, reject) =>
      engine.create(request, (error, made) =>
        error ? reject(error) : resolve(made.getProperties()!.toJavaScript()),
      ),
    );
    await appears(file);
    await new Promise((resolve) => engine.cancel(new emptyproto.Empty(), resolve));
    fs.rmSync(file);
    expect((await answer)["stdout"]).toBe("done");
    engine.close();
    await stop();
  });

  it("is cut off when the engine is gone", async () => {
    const gone = new AbortController();
    const file = path.join(sshd.directory, "started");
    const running = create(
      { create: `touch ${file}; sleep 60` },
      caller({}, { gone: gone.signal }),
    );
    await appears(file);
    gone.abort();
    await expect(running).rejects.toThrow("remote command exited without exit status");
  });

  it("that prints what is no UTF-8 fails after it ran, on either stream", async () => {
    for (const create_ of ["printf '\\377x'", "printf '\\377x' >&2"]) {
      await expect(create({ create: create_, logging: "none" })).rejects.toThrow(
        /^grpc: error while marshaling: string field contains invalid UTF-8$/,
      );
    }
  });
});

describe("a change", () => {
  const marked = (value: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  });
  const plain = { create: "true", stdin: "x" };
  const secret = { create: "true", stdin: marked("x") };
  const between = (oldInputs: Props, news: Props) => ({
    ...{ olds: plain, oldInputs: plain, news: plain },
    marked: { oldInputs, news },
  });

  it("is a value that becomes secret, or plain, with the same text", async () => {
    const { context } = caller();
    const web = { ...subject, id: "web1" };
    for (const change of [between(plain, secret), between(secret, plain)]) {
      expect(handler.diff(web, change, context)).toMatchObject({
        changes: true,
        detailed: { stdin: "UPDATE" },
      });
      expect(await handler.update(web, change, true, context)).toMatchObject({ stdout: UNKNOWN });
    }
    expect(handler.diff(web, between(secret, secret), context).changes).toBe(false);
  });
});

describe("checked inputs", () => {
  const refusals = (inputs: Props) =>
    handler
      .check(subject, {}, inputs, caller().context)
      .failures?.map(({ property, reason }) => `${property}: ${reason}`);

  it("name a field of a wrong type, or of no known name, at the connection that holds it", () => {
    expect(refusals({ connection: { host: "h", hostkey: "k", dialErrorLimit: "x" } })).toEqual([
      "connection: An error occurred decoding 'CommandInputs.connection': 2 failures decoding:\n\thostkey: Unrecognized field 'hostkey' on 'remote.Connection'\n\tdialErrorLimit: Field 'dialErrorLimit' on 'remote.Connection' must be a 'int'; got 'string' instead",
    ]);
    expect(refusals({ connection: { host: "h" }, stdin: 5, triggers: ["a"] })).toEqual([
      "stdin: Field 'stdin' on 'remote.CommandInputs' must be a 'string'; got 'float64' instead",
    ]);
    expect(refusals({ connection: { host: "h" }, environment: { A: "b" } })).toEqual([]);
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

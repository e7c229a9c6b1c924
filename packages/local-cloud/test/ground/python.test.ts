import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { obtainPythonProgram } from "../../ground/python";

const program = { name: "tool-1.0", requirements: ["tool==1.0"], what: "the tool" };

describe("a program from the Python package index", () => {
  let cache: string;
  beforeEach(() => {
    cache = fs.mkdtempSync(path.join(os.tmpdir(), "berth-python-"));
  });
  afterEach(() => fs.rmSync(cache, { recursive: true }));

  /** A stand-in for Python that answers its version and does what a script says with the rest. */
  const standIn = (rest: string) => {
    const python = path.join(cache, "python");
    const text = `#!/bin/sh\ncase "$1" in -c) echo 3.11;; *) ${rest};; esac\n`;
    fs.writeFileSync(python, text, { mode: 0o755 });
    return python;
  };
  const home = () => path.join(cache, "python-programs", "tool-1.0-python3.11");

  it("says which Python it needs when there is none", async () => {
    await expect(obtainPythonProgram(program, { cache, python: "no-such-python" })).rejects.toThrow(
      "Making the tool needs Python 3.9 or newer as no-such-python; found none.",
    );
  });

  it("makes an environment anew that was cut off, and names the fix when it cannot", async () => {
    const python = standIn("echo no venv here >&2; exit 1");
    fs.mkdirSync(home(), { recursive: true });
    fs.writeFileSync(path.join(home(), "left-over"), "");
    await expect(
      obtainPythonProgram(program, { cache, python, say: () => undefined }),
    ).rejects.toThrow(/no venv here\nFix: .*apt install python3-venv/);
    expect(fs.existsSync(path.join(home(), "left-over"))).toBe(false);
  });

  it("asks pip for exactly what is required, once", async () => {
    // The environment's own python notes what it is told.
    const inner = `#!/bin/sh\\necho "$@" >> ${cache}/told\\n`;
    const python = standIn(
      `mkdir -p "$3/bin"; printf '${inner}' > "$3/bin/python"; chmod +x "$3/bin/python"`,
    );
    const once = await obtainPythonProgram(program, { cache, python, say: () => undefined });
    const again = await obtainPythonProgram(program, { cache, python, say: () => undefined });
    expect(again).toBe(once);
    expect(once).toBe(path.join(home(), "bin"));
    expect(fs.readFileSync(path.join(cache, "told"), "utf8")).toBe(
      "-m pip install --quiet --no-input tool==1.0\n",
    );
  });
});

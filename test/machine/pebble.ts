import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { withLock } from "../../packages/local-cloud/ground/lock";
import { run, tryRun, waitUntil } from "../../packages/local-cloud/hosts/process";
import { cacheRoot } from "../../rehearsal/computer";
import { Authority } from "./certificates";

const version = "v2.10.3";
const programs = ["pebble", "pebble-challtestsrv"] as const;

/** The name under which machines reach it. */
const host = "acme.example.net";

/**
 * Let's Encrypt's own small ACME authority, at this computer: it looks for challenges at one machine,
 * whatever the name. Built with Go from its modules, once.
 */
export class Pebble {
  private readonly authority = new Authority("an authority of ACME's own server");
  private readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-pebble-"));
  private readonly children: ChildProcess[] = [];
  readonly url = `https://${host}:14000/dir`;

  /** Starts it for a machine at `address`, behind the gateway `gateway`. */
  async open(address: string, gateway: string): Promise<void> {
    const bin = await obtain();
    const { key, certificate } = this.authority.issue([host]);
    const at = (name: string) => path.join(this.directory, name);
    fs.writeFileSync(at("key.pem"), key);
    fs.writeFileSync(at("certificate.pem"), certificate);
    const pebble = {
      listenAddress: `${gateway}:14000`,
      managementListenAddress: `${gateway}:15000`,
      certificate: at("certificate.pem"),
      privateKey: at("key.pem"),
      httpPort: 80,
      tlsPort: 443,
    };
    fs.writeFileSync(at("pebble.json"), JSON.stringify({ pebble }));
    const names = `${gateway}:8053`;
    this.start(path.join(bin, "pebble-challtestsrv"), [
      ...["-dnsserver", names, "-defaultIPv4", address, "-defaultIPv6", ""],
      ...["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""],
      ...["-management", `${gateway}:8055`],
    ]);
    this.start(path.join(bin, "pebble"), ["-config", at("pebble.json"), "-dnsserver", names]);
    const answers = async () =>
      (await tryRun(["curl", "-sk", "--max-time", "2", `https://${gateway}:14000/dir`])).code === 0;
    if (!(await waitUntil(answers, 20_000, 200))) throw new Error("Pebble does not answer");
  }

  /** What has a machine know and trust it. */
  trusted(gateway: string): string {
    const file = "/usr/local/share/ca-certificates/acme.crt";
    return [
      `echo '${gateway} ${host}' >>/etc/hosts`,
      `cat >${file} <<'END'\n${this.authority.certificate}END`,
      "update-ca-certificates >/dev/null 2>&1",
    ].join("\n");
  }

  async close(): Promise<void> {
    for (const child of this.children) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    }
    this.authority.remove();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private start(program: string, words: readonly string[]): void {
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
    this.children.push(spawn(program, words, { env, stdio: "ignore" }));
  }
}

/** The directory of its programs. */
async function obtain(): Promise<string> {
  const home = path.join(cacheRoot(), "pebble", version);
  const ready = () => programs.every((name) => fs.existsSync(path.join(home, name)));
  return withLock(`${home}.lock`, async () => {
    if (ready()) return home;
    const draft = `${home}.new`;
    const packages = programs.map(
      (name) => `github.com/letsencrypt/pebble/v2/cmd/${name}@${version}`,
    );
    await run(["env", `GOBIN=${draft}`, "go", "install", ...packages]);
    fs.rmSync(home, { recursive: true, force: true });
    fs.renameSync(draft, home);
    return home;
  });
}

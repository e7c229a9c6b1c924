import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { httpPortOf } from "../../components/placement/sites";
import { runProgram, type Ended } from "../../engine/program";
import { asVisitor } from "../../packages/local-cloud/edge/as-visitor";
import type { EdgeCard } from "../../packages/local-cloud/cloud/card";
import { ScratchCloud } from "../../rehearsal/scratch";
import { agency, project } from "../engine/agency";
import { application } from "../machine/application";

const names = ["shop.example", "www.shop.example", "store.club.example"] as const;
const shop = project("shop.example", {
  ...{ residency: "canada", www: true },
  further: { serve: ["store.club.example"], redirect: ["club.example"] },
});
/** Behind the edge, without an application. */
const empty = project("empty.acme.dev", { residency: "canada", node: "shop" });
const zones = ["shop.example", "club.example", "acme.dev"];

describe("the way from a visitor to a project, from one update on", () => {
  let cloud: ScratchCloud;
  let edge: EdgeCard;
  let address: string;
  let six: string;

  beforeAll(async () => {
    const prod = { projects: { shop, empty }, zones, nodes: { shop: { ipv6: true } } };
    cloud = await ScratchCloud.start(
      { shared: agency, stacks: { prod } },
      {},
      { machines: "booted" },
    );
    edge = cloud.card.edge!;
    await cloud.up("prod");
    const node = (await cloud.outputs("prod"))["nodes"]!["shop"]!;
    [address, six] = [String(node["address"]), String(node["address6"])];
  });
  afterAll(() => cloud.stop());

  const run = (program: string, words: readonly string[], env = cloud.env): Promise<Ended> =>
    runProgram(program, [...words], { cwd: cloud.project, env });
  const visit = (program: string, ...words: string[]) => {
    const asked = asVisitor(edge, { program, words, env: cloud.env });
    return run(asked.program, asked.words, asked.env);
  };
  const curl = (...words: string[]) => visit("curl", "-sS", "--max-time", "20", ...words);
  /** Past the edge, at the machine itself. */
  const past = (at: string, ...words: string[]) =>
    curl("--connect-to", `::${at}:`, "-k", "--connect-timeout", "3", ...words);
  /** A shell as a person has it: by the project's direct name. */
  const ssh = async (command: string, family = "-4") => {
    const { hostKey } = (await cloud.outputs("prod"))["nodes"]!["shop"]!;
    const known = path.join(path.dirname(cloud.project), "known_hosts");
    fs.writeFileSync(known, `direct.shop.example ${String(hostKey)}\n`);
    const keys = cloud.keys.members["ana"]!.flatMap(({ file }) => ["-i", file]);
    const options = ["BatchMode=yes", "IdentitiesOnly=yes", `UserKnownHostsFile=${known}`];
    const words = ["-F", "/dev/null", ...options.flatMap((each) => ["-o", each]), ...keys];
    return visit("ssh", family, ...words, "ana@direct.shop.example", command);
  };
  const json = (text: string) =>
    JSON.parse(text) as { path: string; headers: (readonly [string, string])[] };

  it("ends for a project that is not delivered yet with a page that says so, over verified TLS", async () => {
    const answer = await curl("-w", "%{http_code} %{ssl_verify_result}", "https://empty.acme.dev/");
    expect(answer.stderr).toBe("");
    expect(answer.stdout).toContain("This site is not available");
    expect(answer.stdout).toMatch(/503 0$/);
  });

  it("ends at the project's own service under every name, and leads on from those that redirect", async () => {
    const started = await ssh(
      `sudo bash -s <<'SCRIPT'\n${application(httpPortOf({ slug: "shop" }))}\nSCRIPT`,
    );
    expect(started.code, started.stderr).toBe(0);
    for (const name of names) {
      const { stdout } = await curl(`https://${name}/a?b=c`);
      const { path: asked, headers } = json(stdout);
      expect(asked).toBe("/a?b=c");
      const header = Object.fromEntries(headers);
      expect(header).toMatchObject({ host: name, "x-forwarded-proto": "https" });
      expect(header["x-forwarded-for"]).toBe(header["cf-connecting-ip"]);
    }
    const led = await curl(
      "-o",
      "/dev/null",
      "-w",
      "%{redirect_url}",
      "https://club.example/x?y=z",
    );
    expect(led.stdout).toBe("https://shop.example/x?y=z");
    const plain = await curl("-o", "/dev/null", "-w", "%{redirect_url}", "http://shop.example/x");
    expect(plain.stdout).toBe("https://shop.example/x");
  });

  it("does not lead past the edge: the machine's web is shut to others, and demands the edge's certificate", async () => {
    const urls = ["https://shop.example/", "http://shop.example/"];
    for (const [at, url] of urls.flatMap((each) => [
      [address, each],
      [`[${six}]`, each],
    ])) {
      const { code, stdout } = await past(at!, url!);
      expect({ at, url, stdout }).toEqual({ at, url, stdout: "" });
      // Could not connect, or timed out.
      expect([7, 28]).toContain(code);
    }
    // From an address of Cloudflare's, as any of its customers could come.
    const { code, stdout } = await past(
      address,
      "--interface",
      edge.address,
      "https://shop.example/",
    );
    expect(stdout).toBe("");
    // Hung up on: in the handshake, before an answer, or while it sent or read.
    expect([35, 52, 55, 56]).toContain(code);
  });

  it("has a shell at the direct name, over IPv4 and IPv6", async () => {
    for (const [family, at] of [
      ["-4", address],
      ["-6", six],
    ]) {
      const seen = await ssh("hostname; echo $SSH_CONNECTION", family);
      expect(seen.stdout, seen.stderr).toMatch(/^shop\n/);
      expect(seen.stdout).toContain(` ${at} 22\n`);
    }
  });

  it("is what one update made: the next changes nothing", async () => {
    expect(await cloud.plan("prod")).toEqual([]);
  });

  it("stays open while the certificate is exchanged", async () => {
    const urn = (await cloud.state("prod")).resources.find((each) =>
      each.urn.endsWith("::shop-shop-origin-key"),
    )!.urn;
    const served = async () =>
      (await ssh("sudo berth-proxy status")).stdout.match(
        /"slug":"shop".*?"sha256":"([^"]+)"/,
      )?.[1];
    const before = await served();
    let answers: string[] = [];
    let over = false;
    const visitor = (async () => {
      while (!over) {
        const { stdout } = await curl(
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          "https://shop.example/",
        );
        answers = [...answers, stdout];
      }
    })();
    await cloud.up("prod", "--replace", urn);
    over = true;
    await visitor;
    expect(await served()).not.toBe(before);
    expect(answers.length).toBeGreaterThan(3);
    expect(new Set(answers)).toEqual(new Set(["200"]));
    expect(await cloud.plan("prod")).toEqual([]);
  });
});

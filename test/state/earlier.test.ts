import * as fs from "node:fs";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ScratchCloud } from "../../rehearsal/scratch";

/** A local cloud as an earlier commit left it, with the stack files that it was deployed from. */
interface Earlier {
  /** Text by path in the cloud's directory: its world, its vault, the engine's states. */
  readonly cloud: Readonly<Record<string, string>>;
  /** Text by name in the project. */
  readonly project: Readonly<Record<string, string>>;
}

function earlier(commit: string): Earlier {
  const file = path.join(__dirname, "earlier", `${commit}.json.br`);
  return JSON.parse(zlib.brotliDecompressSync(fs.readFileSync(file)).toString("utf8")) as Earlier;
}

/** What production runs on was deployed by an earlier Berth; a newer one has nothing else to mend there. */
describe.each(["be7b2bf"])("the states that %s left", (commit) => {
  let cloud: ScratchCloud;

  beforeAll(async () => {
    const { cloud: files, project } = earlier(commit);
    cloud = await ScratchCloud.start(undefined, {}, { earlier: files });
    for (const [name, text] of Object.entries(project)) {
      fs.writeFileSync(path.join(cloud.project, name), text);
    }
  });

  afterAll(() => cloud.stop());

  it.each(["stage", "prod-b", "prod"])("hold for %s what it still is", async (stack) => {
    const { stdout } = await cloud.succeed("stack", "export", "--stack", stack);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
    const guards = deployment.resources.flatMap(
      ({ urn }) => /::([^:]+)-firewall$/.exec(urn)?.[1] ?? [],
    );
    const lifecycles = deployment.resources.flatMap(
      ({ urn }) => /::(backups-[^:]+-lifecycle)$/.exec(urn)?.[1] ?? [],
    );
    const converged = deployment.resources.flatMap(
      ({ urn }) => /::([^:]+)-converge$/.exec(urn)?.[1] ?? [],
    );
    expect(converged.length).toBeGreaterThan(0);
    // One session more that reads: bash is handed its script otherwise.
    const observed = deployment.resources.flatMap(
      ({ urn }) => /::([^:]+-observe)$/.exec(urn)?.[1] ?? [],
    );
    const { nodes = {} } = await cloud.outputs(stack);
    const certified = Object.entries(nodes)
      .filter(([name]) => guards.includes(name))
      .flatMap(([name, { projects }]) =>
        (projects as string[]).map((slug) => `${name}-${slug}-origin`),
      );
    // The one project with a repository is delivered from now on; a host stack asks for the commit that runs.
    const delivered = Object.entries(nodes)
      .filter(([, { projects }]) => (projects as string[]).includes("cryptsend"))
      .map(([name]) => `${name}-cryptsend`);
    expect(delivered).toEqual(["cryptsend-cryptsend"]);
    // Where it has a key for its archives, that is brought to its machine from now on, and its first archive awaited.
    const archived = delivered.filter((name) =>
      deployment.resources.some(({ urn }) => urn.endsWith(`::${name}-backup`)),
    );
    const isHost = stack === "prod-b";
    // Where the stack owns a bucket, people's groups come new.
    const groups =
      lifecycles.length > 0 ? ["readers", "drills"].map((role) => `${stack}-archive-${role}`) : [];
    const plan = await cloud.plan(stack);
    // The program of a converge has moved out of it, into a file that is delivered. The web's ports were
    // open to the world, and are to the edge now, in place; what the edge is served comes new.
    const isWayIn = /^(edge(-.+)?|tls-.+|.+-origin-pulls(-.+)?)$/;
    const steps = plan.map(({ op, urn }) => ({ op, name: urn.split("::").at(-1)! }));
    const wayIn = steps.filter(({ name }) => isWayIn.test(name));
    expect(new Set(wayIn.map(({ op }) => op)).size).toBeLessThanOrEqual(1);
    expect(wayIn.every(({ op }) => op === "create")).toBe(true);
    const rest = steps.filter(({ name }) => !isWayIn.test(name));
    expect(rest.map(({ op, name }) => `${op} ${name}`).toSorted()).toEqual(
      [
        ...converged.flatMap((node) => [`create ${node}-script`, `update ${node}-converge`]),
        ...observed.map((name) => `update ${name}`),
        ...guards.map((node) => `update ${node}-firewall`),
        ...archived.flatMap((name) => [
          ...[`create ${name}-backup-delivered`, `create ${name}-first-archive`],
        ]),
        // Keeps production from being destroyed (components/leaving/guard.ts).
        ...(stack === "stage" ? [] : ["create production"]),
        ...groups.flatMap((name) =>
          ["", "-group", "-policy"].map((part) => `create ${name}${part}`),
        ),
        // Archives no longer go by their age.
        ...lifecycles.map((name) => `update ${name}`),
        ...certified.flatMap((name) => [
          `create ${name}`,
          ...["key", "request", "order", "served"].map((part) => `create ${name}-${part}`),
        ]),
        ...delivered.flatMap((name) => [
          ...[`create ${name}`, `create ${name}-delivery`],
          ...(isHost ? [`create ${name}-running`] : []),
        ]),
      ].toSorted(),
    );
  });
});

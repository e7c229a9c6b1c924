import { describe, expect, it, vi } from "vitest";

import { historyOf } from "../../components/outputs/history";
import { checkDropped } from "../../components/leaving/dropped";
import type { Evidence } from "../../components/clouds/look";
import { letGo } from "../../components/leaving/let-go";
import { ConfigError } from "../../components/fleet/problem";
import { changed, hostStack, parse, prod, type Input } from "../stack-file/fixture";

const now = new Date("2026-11-21T12:00:00Z");
const switched = "2026-11-13T12:00:00Z";
const snapshot = { takenAt: new Date("2026-11-14T00:00:00Z"), ofThisDisk: true };
const fine: Evidence = { machine: "off", snapshot };
const retired = { since: "2026-11-01", snapshot: "s-1", remove: true };

/** The fixture's production, where prod-b serves cryptsend and its old machine shall go. */
function leaving(): Input {
  const input = prod();
  input.stackFiles = { "prod-b": hostStack().config };
  return changed(input, [
    [["projects", "cryptsend", "servedBy"], "prod-b"],
    [["nodes", "cryptsend"], { retired }],
  ]);
}

const machine = {
  ...{ provider: "scaleway", region: "fr-par-1", id: "fr-par-1/uuid", environment: "prod" },
  ...{ projects: ["cryptsend"], idleSince: switched },
};
const served = { servedBy: "prod-b", servedSince: switched };
const last = (node: object = {}, project: object = {}, more: object = {}) => ({
  nodes: { cryptsend: { ...machine, ...node } },
  projects: { cryptsend: { ...served, ...project }, ...more },
});

async function told(
  input: Input,
  outputs: unknown,
  evidence: Evidence | Error = fine,
  environment: unknown = outputs,
): Promise<{ said: string; nodes?: readonly string[]; asked: number }> {
  const answer = vi.fn(() =>
    evidence instanceof Error ? Promise.reject(evidence) : Promise.resolve(evidence),
  );
  const lookUpAt = () => answer;
  const by = {
    history: historyOf("prod", outputs),
    environment: historyOf("prod", environment),
    lookUpAt,
    now,
  };
  try {
    const { nodes } = await letGo(parse(input), by);
    return {
      said: "nothing",
      nodes: nodes.map(({ name }) => name),
      asked: answer.mock.calls.length,
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { said: error.message, asked: answer.mock.calls.length };
  }
}

describe("a machine that shall go", () => {
  it("is declared once more without protection, and then no longer", async () => {
    const first = await told(leaving(), last());
    expect(first).toMatchObject({ said: "nothing", asked: 1 });
    expect(first.nodes).toContain("cryptsend");
    const second = await told(leaving(), last({ released: true }));
    expect(second).toMatchObject({ said: "nothing", asked: 1 });
    expect(second.nodes).not.toContain("cryptsend");
    const third = await told(leaving(), { nodes: {}, projects: { cryptsend: served } });
    expect(third).toMatchObject({ said: "nothing", asked: 0 });
  });

  it.each<[string, object, object?]>([
    ["no run recorded it", { idleSince: undefined }],
    ["a run that failed recorded it", { idleSince: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }],
    ["its names were led away by a run that did not see it done", {}, { servedSince: undefined }],
    ["it served until this very run", {}, { servedBy: "prod" }],
  ])("waits for a record where %s, whatever `since` says", async (_title, node, project) => {
    const { said, asked } = await told(leaving(), last(node, project));
    expect(said).toContain(
      "berth:nodes.cryptsend.retired.remove: comes too early: no run has recorded yet",
    );
    expect(said).toContain("run pulumi up: the seven days begin there");
    expect(asked).toBe(0);
  });

  it("waits for the last of the projects that were on it, a dropped one too", async () => {
    const wiki = (servedSince: string, servedBy = "prod-b") => ({
      wiki: { servedBy, servedSince },
    });
    const projects = { projects: ["cryptsend", "wiki"] };
    expect(
      (await told(leaving(), last(projects, {}, wiki("2026-11-18T00:00:00Z")))).said,
    ).toContain(
      "the switch was recorded at 2026-11-18T00:00:00.000Z. Received: true. Allowed: true from 2026-11-25T00:00:00.000Z on",
    );
    expect((await told(leaving(), last(projects, {}, wiki(switched, "prod")))).said).toContain(
      "no run has recorded yet",
    );
  });

  it("waits as production's where the last run was production's, whatever its stack says it serves now", async () => {
    const input = hostStack();
    const { environment: _, ...config } = input.config;
    input.stackFiles = { stage: prod().config };
    input.config = { ...config, environment: "stage", nodes: { cryptsend: { retired } } };
    const outputs = last({ idleSince: "2026-11-20T00:00:00Z" });
    expect((await told(input, outputs)).said).toContain("comes too early");
    expect((await told(input, last({ environment: "stage" }))).said).toBe("nothing");
  });

  it("waits seven days to the second", async () => {
    const at = (idleSince: string) => last({ idleSince }, { servedSince: idleSince });
    expect((await told(leaving(), at("2026-11-14T12:00:01Z"))).said).toContain(
      "stays 7 days (R74)",
    );
    expect((await told(leaving(), at("2026-11-14T12:00:00Z"))).said).toContain("was taken at");
  });

  it.each<[string, Evidence | Error, string]>([
    ["unknown", { machine: "off" }, "is not a snapshot that scaleway has in this account"],
    [
      "of another disk",
      { ...fine, snapshot: { ...snapshot, ofThisDisk: false } },
      "is not of the disk of cryptsend's machine",
    ],
    [
      "being made",
      { ...fine, snapshot: { ...snapshot, unfinished: "creating" } },
      "is not complete: it is creating",
    ],
    [
      "older than the switch",
      { ...fine, snapshot: { ...snapshot, takenAt: new Date("2026-11-13T11:59:59Z") } },
      "was taken at 2026-11-13T11:59:59.000Z, before the machine's service ended",
    ],
    [
      "without a date",
      { ...fine, snapshot: { ...snapshot, takenAt: undefined } },
      "has no date at scaleway",
    ],
    [
      "of a machine that runs",
      { ...fine, machine: "running" },
      "is to be an offline one, and scaleway finds the machine of cryptsend not off but running",
    ],
    ["not told", new Error("403 Forbidden"), "cannot be looked up at scaleway: 403 Forbidden"],
  ])("stays when its snapshot is %s", async (_title, evidence, message) => {
    const { said } = await told(leaving(), last(), evidence);
    expect(said).toContain(`berth:nodes.cryptsend.retired.snapshot: ${message}`);
  });

  it("is not made anew when somebody deleted it at the provider", async () => {
    const { nodes } = await told(leaving(), last(), { machine: "gone" });
    expect(nodes).not.toContain("cryptsend");
  });

  it("only leaves the stack, unasked, where Berth did not make it", async () => {
    const adopted = last({ adopted: "fr-par-1/uuid", idleSince: undefined });
    expect(await told(leaving(), adopted)).toMatchObject({ said: "nothing", asked: 0 });
    expect((await told(leaving(), last({ provider: "client" }))).asked).toBe(0);
  });

  describe("in a host stack", () => {
    const host = () => changed(hostStack(), [[["nodes", "cryptsend"], { retired }]]);
    const environment = (project: object) => ({ projects: { cryptsend: project } });

    it("waits for the environment's run that leads its names away", async () => {
      const { said } = await told(host(), last(), fine, environment(served));
      expect(said).toContain("by the last run of prod this machine serves cryptsend still (R74)");
      expect(said).toContain("run pulumi up on stack prod first");
    });

    it("counts from the environment's record, not from one of its own before it served", async () => {
      const own = last({ idleSince: "2026-01-01T00:00:00Z" });
      const away = { servedBy: "prod-c", servedSince: "2026-11-20T00:00:00Z" };
      expect((await told(host(), own, fine, environment(away))).said).toContain(
        "recorded at 2026-11-20T00:00:00.000Z",
      );
      const unseen = { servedBy: "prod-c" };
      expect((await told(host(), own, fine, environment(unseen))).said).toContain(
        "no run has recorded",
      );
    });
  });
});

describe("a stanza that is dropped", () => {
  const refusal = (input: Input, outputs: unknown) => {
    try {
      checkDropped(parse(input), historyOf("prod", outputs));
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return "nothing";
  };
  const old = (node: object) => ({ nodes: { old: { ...machine, address: "192.0.2.1", ...node } } });

  it("is refused where a production machine of Berth's, or an adopted one, hangs on it", () => {
    expect(refusal(prod(), old({}))).toContain(
      "berth:nodes.old: is not declared any more, and no project lives on it, but its machine runs in production (scaleway, 192.0.2.1): it would be deleted",
    );
    expect(refusal(prod(), old({ adopted: "7" }))).toContain("it would leave the stack");
    expect(refusal(prod(), old({ environment: undefined }))).toContain("berth:nodes.old");
  });

  it("is taken where nothing would be lost, and where the machine has another name now", () => {
    expect(refusal(prod(), old({ provider: "client" }))).toBe("nothing");
    expect(refusal(prod(), {})).toBe("nothing");
    const renamed = changed(prod(), [[["nodes", "kmc", "formerly"], "old"]]);
    expect(refusal(renamed, old({}))).toBe("nothing");
  });

  it("is refused for a project that a host stack serves: nothing would say when that ended", () => {
    const outputs = (servedBy: string) => ({ projects: { wiki: { servedBy } } });
    expect(refusal(prod(), outputs("prod-b"))).toContain(
      "berth:projects.wiki: is not declared any more, but stack prod-b serves it",
    );
    for (const servedBy of ["prod", "none"]) {
      expect(refusal(prod(), outputs(servedBy))).toBe("nothing");
    }
  });
});

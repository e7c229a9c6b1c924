import { describe, expect, it } from "vitest";

import { parse, prod, problemsOf, put, type Input } from "./fixture";

const sentry = { organization: "acme", team: "berth", channel: "#alerts" };

function production(change: (input: Input) => void = () => undefined): Input {
  const input = prod();
  put(input.config, ["agency", "sentry"], { ...sentry });
  put(input.config, ["projects", "kmc", "repository"], "git@github.com:countable-web/kmc.git");
  change(input);
  return input;
}
const set = (path: readonly string[], value: unknown) =>
  production((input) => put(input.config, path, value));
const dsn = { kmc: { SENTRY_DSN: { secure: "AAAA" } } };

describe("the agency's Sentry in stack files (R52)", () => {
  it("is read, and gives a project the secret that is set for it without its being declared", () => {
    const { agency, projects } = parse(set(["secrets"], dsn));
    expect(agency.sentry).toEqual(sentry);
    expect(projects.find(({ slug }) => slug === "kmc")?.secrets).toEqual(["SENTRY_DSN"]);
    expect(projects.find(({ slug }) => slug === "portal")?.secrets).toBeUndefined();
  });

  it("gives it once where it is declared too", () => {
    const input = set(["secrets"], dsn);
    put(input.config, ["projects", "kmc", "secrets"], ["SENTRY_DSN"]);
    expect(parse(input).projects.find(({ slug }) => slug === "kmc")?.secrets).toEqual([
      "SENTRY_DSN",
    ]);
  });

  it.each([
    [["agency", "sentry", "channel"], "alerts", "berth:agency.sentry.channel"],
    [["agency", "sentry", "address"], "http://sentry.example.org", "berth:agency.sentry.address"],
    [["agency", "sentry", "address"], "https://sentry.io/acme", "berth:agency.sentry.address"],
    [["agency", "sentry", "organization"], "My Org", "berth:agency.sentry.organization"],
    [["agency", "sentry", "workspace"], "https://acme.slack.com", "berth:agency.sentry.workspace"],
    [["projects", "kmc", "sentry"], { project: "Kmc Prod" }, "berth:projects.kmc.sentry.project"],
    [["projects", "kmc", "sentry"], {}, "berth:projects.kmc.sentry.project"],
    [
      ["projects", "kmc", "sentry"],
      { project: "portal-prod" },
      "berth:projects.portal.sentry.project",
    ],
  ])("is refused at %j where it says %j", (path, value, place) => {
    expect(problemsOf(set(path, value)).map((each) => each.path)).toEqual([place]);
  });

  it("is refused at a project where the agency has none, and on stage", () => {
    const none = production();
    put(none.config, ["agency", "sentry"], undefined);
    put(none.config, ["projects", "kmc", "sentry"], { project: "kmc-web" });
    expect(problemsOf(none)[0]).toMatchObject({
      path: "berth:projects.kmc.sentry",
      message: "names a project on Sentry, and the agency declares none",
    });
    const config = production().config;
    const project = { domain: "kmc-stage.countable.ca", access: ["clark"], residency: "canada" };
    config["projects"] = { kmc: { ...project, sentry: { project: "kmc-web" } } };
    delete config["nodes"];
    const stage = { stack: "stage", config, stackFiles: {} };
    expect(problemsOf(stage)[0]?.message).toContain("is said of stage");
  });

  it("has no secret given to a project that is not delivered, or whose agency has no Sentry", () => {
    const input = set(["secrets"], { portal: dsn.kmc });
    expect(problemsOf(input)[0]).toMatchObject({ path: "berth:secrets.portal.SENTRY_DSN" });
    const none = set(["secrets"], dsn);
    put(none.config, ["agency", "sentry"], undefined);
    expect(problemsOf(none)[0]).toMatchObject({ path: "berth:secrets.kmc.SENTRY_DSN" });
  });
});

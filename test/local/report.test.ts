import { describe, expect, it } from "vitest";

import { readOutputs } from "../../components/outputs/schema";
import { report } from "../../rehearsal/report";

const outputs = readOutputs("stage", {
  nodes: {
    kmc: {
      provider: "digitalocean",
      region: "tor1",
      size: "s-2vcpu-4gb",
      rule: { name: "residency", number: 3 },
      reason: "its data stays in Canada",
      address: "203.0.113.4",
      login: "root",
      monthlyCost: { total: 24, currency: "USD" },
      projects: ["kmc", "kmc-intranet"],
    },
    "clinic-client": {
      provider: "client",
      rule: { name: "client-machine", number: 1 },
      reason: "it runs on the client's own machine",
      address: "192.0.2.10",
      login: "admin",
      projects: ["clinic"],
    },
  },
  projects: {
    "kmc-intranet": { node: "kmc", servedBy: "stage", primary: "intranet.kmc.example" },
    kmc: {
      node: "kmc",
      servedBy: "stage",
      primary: "kmc.countable.ca",
      origin: "kmc-origin.countable.ca",
      direct: "kmc-direct.countable.ca",
    },
    clinic: { node: "clinic-client", servedBy: "stage", primary: "clinic.example.org" },
    portal: { node: "portal", servedBy: "prod-b", primary: "portal.example.org" },
  },
  backups: { kmc: { bucket: "archive", prefix: "backups/kmc/", region: "ca-central-1" } },
});

describe("the table at the end of a rehearsal", () => {
  const text = report(outputs);

  it("shows each project with provider, address and cost", () => {
    expect(text).toContain("kmc           digitalocean tor1 s-2vcpu-4gb  203.0.113.4  24.00 USD");
    expect(text).toMatch(/^clinic +client +192\.0\.2\.10 +client's own$/m);
  });

  it("tells how to log in: a member's command where there is one, else account and address", () => {
    const told = report(outputs, (slug) => (slug === "kmc" ? "ssh clark@kmc" : undefined));
    expect(told).toMatch(/^kmc .*\n {2}log in {2}ssh clark@kmc$/m);
    expect(told).toMatch(/^clinic .*\n {2}node .*\n {2}log in {2}ssh admin@192\.0\.2\.10$/m);
  });

  it("tells how to visit a project where that can be", () => {
    const visit = (slug: string) => (slug === "kmc" ? "curl https://kmc/" : undefined);
    const told = report(outputs, undefined, visit);
    expect(told).toMatch(/^kmc .*\n {2}log in .*\n {2}visit {3}curl https:\/\/kmc\/$/m);
    expect(told.match(/visit/g)).toHaveLength(1);
  });

  it("tells the rule that chose the provider, the names and the backups", () => {
    expect(text).toContain("why     rule 3, residency: its data stays in Canada");
    expect(text).toContain(
      "names   kmc.countable.ca, kmc-origin.countable.ca, kmc-direct.countable.ca",
    );
    expect(text).toContain("backup  archive/backups/kmc/ (ca-central-1)");
  });

  it("names the node of a project that shares one", () => {
    expect(text).toMatch(/^kmc-intranet .*\n {2}node {4}kmc$/m);
  });

  it("sends the reader to the stack that serves a project whose node is elsewhere", () => {
    expect(text).toMatch(/^portal +see stack prod-b/m);
  });

  it("counts a shared node once", () => {
    expect(text).toContain("Together: 2 machines, 24.00 USD a month");
  });
});

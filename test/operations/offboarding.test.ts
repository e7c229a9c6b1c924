import { describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { describe as describeEvidence } from "../../operations/people/offboarding/describe";
import { elsewhere } from "../../operations/people/offboarding/elsewhere";
import { judge, readRemains } from "../../operations/people/offboarding/evidence";
import { grantsTo } from "../../operations/people/offboarding/grants";
import { lookedFor, notLookedFor } from "../../operations/ground/traces";
import { publicKey } from "../stack-file/fixture";
import { fleet } from "./machines";

describe("what stack files grant", () => {
  const team = {
    members: { sam: { keys: [publicKey(1, "sam")] }, ana: { keys: [publicKey(2)] } },
    groups: { everyone: ["ana", "sam"], leads: ["ana"] },
    deployers: {
      ci: publicKey(3),
      "sam-laptop": publicKey(4),
      samantha: publicKey(5),
      spare: publicKey(1, "the same key under another name"),
    },
  };
  const files = {
    "Pulumi.yaml": stringify({ name: "berth", config: { "berth:team": { value: team } } }),
    "Pulumi.prod.yaml": stringify({
      config: {
        "berth:projects": { kmc: { access: ["sam"] }, shop: { access: ["everyone"] } },
        "berth:nodes": { kmc: { accounts: ["ana", "sam"] }, shop: { accounts: ["ana"] } },
      },
    }),
  };

  it("is named by file and key: roster, groups, projects, accounts, and deployers' keys", () => {
    expect(grantsTo("sam", files)).toEqual([
      "Pulumi.yaml: berth:team.members.sam",
      "Pulumi.yaml: berth:team.groups.everyone",
      "Pulumi.yaml: berth:team.deployers.sam-laptop",
      "Pulumi.yaml: berth:team.deployers.spare",
      "Pulumi.prod.yaml: berth:projects.kmc.access",
      "Pulumi.prod.yaml: berth:nodes.kmc.accounts",
    ]);
  });

  it("is found where a merge key brings it", () => {
    const merged = `x: &x { access: [sam] }\nconfig: { berth:projects: { kmc: { <<: *x } } }\n`;
    expect(grantsTo("sam", { "Pulumi.prod.yaml": merged })).toEqual([
      "Pulumi.prod.yaml: berth:projects.kmc.access",
    ]);
  });

  it("is nothing for who is not there, in a roster without wrapping and in a broken file", () => {
    expect(grantsTo("bob", files)).toEqual([]);
    expect(
      grantsTo("ana", { "Pulumi.yaml": stringify({ config: { "berth:team": team } }) }),
    ).toHaveLength(3);
    expect(grantsTo("sam", { "Pulumi.yaml": "a: [", "Pulumi.prod.yaml": "" })).toEqual([]);
  });
});

describe("the evidence of a machine", () => {
  const place = { node: "prod/kmc", address: "192.0.2.1" };
  const refused = { kind: "fault", fault: "login", detail: "refused" } as const;
  const told = (text: string) => readRemains(`${text}end: yes\n`) ?? "";
  const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${"A".repeat(48)}`;
  const closed = told(`known: yes\naccount: 1001\nkey: ${key}\n`);

  it("is read when the script came to its end, and makes sense", () => {
    expect(closed).toEqual({
      known: true,
      account: "1001",
      open: [],
      found: [],
      blind: [],
      keys: [key],
      accounts: [],
    });
    expect(readRemains("known: yes\naccount: 1001\n")).toBeUndefined();
    expect(readRemains("account: $(reboot)\nend: yes\n")).toBeUndefined();
    expect(told("account: none\nsince: 1795906210\nend: yes\n")).toMatchObject({
      since: "2026-11-28T22:50:10.000Z",
    });
  });

  it("takes no half key and no other text of a machine into the script of the others", () => {
    const lies = ["ssh-ed25519 AAAA", `${key}\u0000`, `${key}' ; reboot #`, "x".repeat(70_000)];
    const text = lies.map((line) => `key: ${line}\n`).join("");
    expect(told(`account: 1001\n${text}`)).toMatchObject({ keys: [] });
    const many = Array.from(
      { length: 5_000 },
      (_, n) => `key: ssh-ed25519 AAAA${"B".repeat(64)}${n}\n`,
    );
    expect(
      (told(`account: 1001\n${many.join("")}`) as { keys: readonly string[] }).keys,
    ).toHaveLength(100);
  });

  it.each([
    ["closed", closed, refused],
    ["absent", told("known: no\naccount: none\n"), refused],
    ["look", told("known: yes\naccount: 1001\nfound: cron and at: /etc/cron.d/x\n"), refused],
    ["open", told("known: yes\naccount: 1001\nopen: 2 processes run\n"), refused],
    ["open", told("account: none\nopen: account x can log in\nfound: a: b\n"), refused],
    ["open", closed, { kind: "ended", code: 0, stdout: "", stderr: "" }],
    ["unproven", closed, { kind: "fault", fault: "unreachable", detail: "gone" }],
    ["unproven", closed, undefined],
    ["unproven", "not reached", undefined],
  ] as const)("is %s", (verdict, remains, attempt) => {
    expect(judge(place, remains, attempt).verdict).toBe(verdict);
  });

  it("says what a person must close by hand, and what the converge could not do", () => {
    const stranger = told("known: no\naccount: 1005\nopen: in group sudo\n");
    const closing = { repaired: ["/etc/sudoers.d/x: content"], trouble: ["converge: no space"] };
    expect(judge(place, stranger, refused, closing)).toMatchObject({
      seen: [
        "in group sudo",
        expect.stringContaining("Berth did not make this account"),
        "converge: no space",
      ],
      repaired: ["/etc/sudoers.d/x: content"],
    });
  });

  it("is counted, says what it is, and never that anything is proven", () => {
    const seen = told("account: 1001\nfound: cron and at: /etc/cron.d/\u001b[2Jx\nblind: getcap\n");
    const text = describeEvidence(
      "sam",
      "2026-11-21T12:00:00.000Z",
      [
        judge(place, closed, refused),
        judge(place, seen, refused),
        judge(place, "not reached", undefined),
      ],
      {
        keys: [
          { account: "413528927365", verdict: "open", seen: ["key AKIA1 is active\u001b[2J"] },
        ],
        agents: [{ node: "prod/kmc", verdict: "open", seen: "was not reached" }],
        places: [{ place: "Jenkins", action: "disable" }],
      },
    );
    expect(text).toContain(
      "account closed on 2 of 3 machines; look at what was found on 1; not known of 1",
    );
    expect(text).toMatch(/UNPROVEN +not reached/);
    expect(text).toContain("agent of Jenkins on prod/kmc: OPEN; was not reached");
    expect(text).toMatch(/^ {2}cron and at: \/etc\/cron\.d\/x$/m);
    expect(text).toMatch(/Could not be looked at on prod\/kmc:\n {2}getcap/);
    expect(text).toContain("Rebuild a machine if in doubt");
    for (const line of [...lookedFor, ...notLookedFor]) expect(text).toContain(`  - ${line}`);
    expect(text).not.toMatch(/\bproven\b/);
    expect(text).toContain("  [ ] Jenkins: disable\n");
    expect(text).toContain("AWS account 413528927365, IAM user sam: OPEN; key AKIA1 is active");
  });
});

describe("what offboarding cannot close", () => {
  it("follows from what the fleet uses", () => {
    const places = elsewhere("sam", [fleet()]).map(({ place }) => place);
    expect(places).toEqual([
      "Scaleway organization",
      "DigitalOcean team",
      "AWS account 413528927365",
      "Cloudflare",
      "clients of clinic",
      "Jenkins",
      "Slack and Sentry",
      "password store",
      "Pulumi state",
      "secrets on the machines",
    ]);
  });

  it("names the code hosting once", () => {
    const of = fleet();
    const repository = "git@github.com:acme/shop.git";
    const projects = of.projects.map((project) => ({ ...project, repository }));
    const hosts = elsewhere("sam", [{ ...of, projects }]).filter(({ place }) =>
      place.includes("github"),
    );
    expect(hosts.map(({ place }) => place)).toEqual(["github.com"]);
  });
});

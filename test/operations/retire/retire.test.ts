import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { withRetired } from "../../../operations/retire/node-lines";
import { publicKey } from "../../stack-file/fixture";
import { adopt, Ending } from "./project";

let ending: Ending;
afterEach(() => ending.remove());
const week = "2026-11-13T12:00:00.000Z";

describe("a project that ends", () => {
  it("shows every step, and changes nothing, with --plan", async () => {
    ending = new Ending();
    const before = ending.text();
    const { code, out } = await ending.run("shop", "--destroy", "--plan");
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(/ {2,}/)[0])).toEqual([
      ...["archive", "export", "end", "jobs", "update", "week", "release", "gone", "stanza", ""],
    ]);
    expect(out).toContain(
      "release  yours     stop prod/shop, take a snapshot of it at the provider (R75)",
    );
    expect({ did: ending.did, text: ending.text(), to: fs.existsSync(ending.to) }).toEqual({
      did: [],
      text: before,
      to: false,
    });
  });

  it("is archived and proven first, its names are written down, and then its service is ended in the file alone", async () => {
    ending = new Ending();
    const { code, out } = await ending.run("shop", "--destroy");
    expect(code).toBe(0);
    expect(ending.did).toEqual(["backup", "drill", "zone shop.example"]);
    expect(out).toContain("next, yours: pulumi up --stack prod: its names go");
    expect(ending.fleet().projects.find(({ slug }) => slug === "shop")?.servedBy).toBe("none");
    const zone = fs.readFileSync(path.join(ending.to, "shop.shop.example.zone"), "utf8");
    expect(zone.split("\n").slice(1, -1)).toEqual([
      "shop.example.\t1\tIN\tA\t203.0.113.1 ; cf_tags=cf-proxied:true",
      "direct.shop.example.\t1\tIN\tA\t203.0.113.1",
      "SHOP.example.\t1\tIN\tMX\t10 mail.other.example.",
      '_dmarc.shop.example.\t1\tIN\tTXT\t"v=DMARC1;"',
      '    "p=none"',
    ]);
    const again = await ending.run("shop", "--destroy");
    expect(again.out).toBe(out.slice(out.indexOf("next, yours")));
    expect(ending.did).toHaveLength(3);
  });

  it.each(["backup", "drill"])(
    "keeps serving, with nothing written, where the %s fails",
    async (what) => {
      ending = new Ending();
      ending.fails = what;
      const before = ending.text();
      const { code, said } = await ending.run("shop", "--destroy");
      expect(code).toBe(1);
      expect(said).toContain("nothing else is changed");
      expect(ending.text()).toBe(before);
      expect(fs.existsSync(ending.to)).toBe(false);
      ending.fails = undefined;
      expect(await ending.run("shop", "--destroy")).toMatchObject({ code: 0 });
    },
  );

  it("waits seven days from what the update recorded, then asks for the snapshot, and lets the machine go in two updates", async () => {
    ending = new Ending();
    await ending.run("shop", "--destroy");
    ending.led("2026-11-20T12:00:00.000Z");
    const early = await ending.run("shop", "--destroy", "--snapshot", "snap-1");
    expect(early.out).toContain("nothing is let go before 2026-11-27T12:00:00.000Z (R74)");
    expect(ending.text()).not.toContain("retired");
    ending.led(week);
    ending.archive = { ...ending.archive!, isYoung: false };
    const asked = await ending.run("shop", "--destroy");
    expect(asked.out).toContain("stop prod/shop, take a snapshot of it at the provider (R75)");
    const told = await ending.run("shop", "--destroy", "--snapshot", "snap-1");
    expect(told.out).toContain("next, yours: pulumi up --stack prod, twice: shop is deleted");
    expect(ending.fleet().leaving).toMatchObject([
      { name: "shop", retired: { since: "2026-11-13", snapshot: "snap-1", remove: true } },
    ]);
    ending.nodes["shop"] = { ...ending.nodes["shop"], released: true };
    const once = await ending.run("shop", "--destroy");
    expect(once.out).toContain("pulumi up --stack prod, once more: shop is deleted");
    delete ending.nodes["shop"];
    const last = await ending.run("shop", "--destroy");
    expect(last.out).toContain("take shop out of Pulumi.prod.yaml, its node too");
  });

  it("leaves an adopted machine where it is, and a client's, whichever way it ends", async () => {
    for (const end of ["--destroy", "--handover"]) {
      ending = new Ending({}, { shop: { adopt } });
      await ending.run("shop", end);
      ending.led(week);
      const told = await ending.run("shop", end);
      expect(told.out + told.said).toContain(
        "pulumi up --stack prod, twice: shop leaves the stack and stays where it is",
      );
      expect(ending.fleet().leaving).toMatchObject([{ name: "shop", retired: { remove: true } }]);
      ending.remove();
      const {
        provider: _,
        id: __,
        region: ___,
        size: ____,
        ...server
      } = { ...adopt, address: "192.0.2.1" };
      ending = new Ending({}, { shop: { server } });
      await ending.run("shop", end);
      ending.led(week);
      expect((await ending.run("shop", end)).out).toContain("take shop out of Pulumi.prod.yaml");
      expect(ending.text()).not.toContain("retired");
      if (end === "--destroy") ending.remove();
    }
  });

  it("hands over no machine that Berth made: its account is the agency's", async () => {
    ending = new Ending();
    await ending.run("shop", "--handover");
    ending.led(week);
    const { code, said } = await ending.run("shop", "--handover", "--snapshot", "snap-1");
    expect(code).toBe(1);
    expect(said).toContain("no machine changes accounts by a stack file");
    expect(ending.text()).not.toContain("retired");
  });

  it("keeps a machine that other projects are on", async () => {
    ending = new Ending({ node: "club" });
    ending.nodes = { club: { projects: ["club", "shop"] } };
    await ending.run("shop", "--destroy");
    ending.led("2026-11-20T12:00:00.000Z");
    const { out } = await ending.run("shop", "--destroy", "--snapshot", "snap-1");
    expect(out).toContain("(its machine has other projects and stays)");
    expect(ending.text()).not.toContain("retired");
  });

  it("has its jobs written as disabled before the update, and asks where", async () => {
    ending = new Ending({
      repository: "git@github.com:acme/shop.git",
      jenkins: {},
      jobs: { "shop-prod": publicKey(21) },
    });
    const asked = await ending.run("shop", "--destroy");
    expect(asked).toMatchObject({ code: 1 });
    expect(asked.said).toContain("--jobs DIRECTORY");
    const jobs = path.join(ending.directory, "jobs");
    const { out } = await ending.run("shop", "--destroy", "--jobs", jobs);
    expect(out).toContain("next, yours: pulumi up --stack prod");
    const written = fs.readFileSync(path.join(jobs, "shop.yaml"), "utf8");
    expect(written).toMatch(/name: shop-prod[^]*disabled: true/);
  });

  it("leaves its jobs to the update where that keeps them, and asks for no directory", async () => {
    ending = new Ending({
      repository: "git@github.com:acme/shop.git",
      jenkins: {},
      jobs: { "shop-prod": publicKey(21) },
    });
    ending.keepJobs();
    const planned = await ending.run("shop", "--destroy", "--plan");
    expect(planned.out).toMatch(
      /^jobs +done +its jobs on Jenkins: the update that ends it disables/m,
    );
    const { out } = await ending.run("shop", "--destroy");
    expect(out).toContain("next, yours: pulumi up --stack prod");
  });

  it("is not ended where there is no proven archive and nobody can make one any more", async () => {
    ending = new Ending({ servedBy: "none" });
    const { code, said } = await ending.run("shop", "--destroy");
    expect(code).toBe(1);
    expect(said).toContain("take servedBy: none out again, or put it right with berth drill shop");
    expect(ending.did).toEqual([]);
  });

  it("writes a note that names accounts and keys and says until when archives are locked", async () => {
    ending = new Ending({
      jobs: { "shop-prod": publicKey(21) },
      repository: "git@github.com:acme/shop.git",
    });
    ending.archive = { ...ending.archive!, lockedUntil: new Date("2026-12-21T00:00:00Z") };
    await ending.run("shop", "--handover");
    const note = fs.readFileSync(path.join(ending.to, "shop-handover.md"), "utf8");
    for (const text of [
      "# shop (prod), handed over",
      "nobody can delete that one before 2026-12-21T00:00:00.000Z",
      "the key of the job shop-prod",
      "- the account ana",
      "these deployers' keys enter: ci",
      "names: shop.shop.example.zone",
    ]) {
      expect(note).toContain(text);
    }
  });

  it.each([
    [["shop"], "--handover or --destroy"],
    [["shop", "--handover", "--destroy"], "one of them"],
    [["shop", "--destroy", "--environment", "live"], "no environment is called"],
  ])("%j is refused", async (argv, text) => {
    ending = new Ending();
    await expect(ending.run(...argv)).rejects.toThrow(text);
  });

  it("is refused while it moves, and where there is none of the name", async () => {
    ending = new Ending();
    expect((await ending.run("shp", "--destroy")).said).toContain(
      "did you mean shop?".replace("d", "D"),
    );
  });
});

describe("the retired line of a node", () => {
  const retired = { since: "2026-11-13", snapshot: "a: b", remove: true } as const;
  const line = 'retired: { since: 2026-11-13, snapshot: "a: b", remove: true }';

  it.each([
    [
      "with an entry",
      "config:\n  berth:nodes:\n    # why\n    shop:\n      memoryGb: 4 # much\n\n    # the end\n    club:\n      memoryGb: 8\n  berth:zones: [a]\n",
      "config:\n  berth:nodes:\n    # why\n    shop:\n      memoryGb: 4 # much\n      LINE\n\n    # the end\n    club:\n      memoryGb: 8\n  berth:zones: [a]\n",
    ],
    [
      "beside others",
      "config:\n  berth:nodes:\n    club:\n      memoryGb: 8\n  berth:zones: [a]\n",
      "config:\n  berth:nodes:\n    club:\n      memoryGb: 8\n    shop:\n      LINE\n  berth:zones: [a]\n",
    ],
    [
      "as the first",
      "config:\n  berth:zones: [a]\n",
      "config:\n  berth:zones: [a]\n  berth:nodes:\n    shop:\n      LINE\n",
    ],
  ])("is written %s, and every other byte stays", (_, text, wanted) => {
    ending = new Ending();
    expect(withRetired(text, "shop", retired, "f")).toBe(wanted.replace("LINE", line));
  });

  it.each([
    "config:\n  berth:nodes: { shop: { memoryGb: 4 } }\n",
    "config:\n  berth:nodes:\n    shop: { memoryGb: 4 }\n",
    "config:\n  berth:nodes:\n    shop:\n      retired: { since: 2026-01-01, snapshot: x }\n",
    "- none\n",
  ])("is a person's to write where the file's form does not take it: %j", (text) => {
    ending = new Ending();
    expect(() => withRetired(text, "shop", retired, "f.yaml")).toThrow("f.yaml: the entry of shop");
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { application, delivery, project, Quay } from "./quay";

describe("a project's site on its node", () => {
  const quay = new Quay();
  const shop = delivery("shop", 18_016);
  let first: string;

  beforeAll(async () => {
    await quay.open([shop]);
    first = await quay.commit("shop", project("shop"));
  });
  afterAll(() => quay.yard.clear());

  it("is delivered by one command, and serves on its own port", async () => {
    const done = await quay.site("deploy shop --by ana");
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    expect(done.stdout).toContain("delivered: ");
    expect(await quay.visit(18_016, "shop")).toMatchObject({ version: "one", rows: 0 });
    const [entry] = await quay.history("shop");
    expect(entry).toMatchObject({ commit: first, verdict: "delivered", by: "ana" });
  });

  it("changes nothing at the second converge", async () => {
    const again = await quay.converge({}, { check: true });
    expect(again, again.stdout).toMatchObject({ code: statuses.done });
  });

  it("keeps its data over a delivery and a rollback", async () => {
    await quay.write(18_016, "shop");
    await quay.commit("shop", { "app.py": application.replace('"one"', '"two"') });
    const done = await quay.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(await quay.visit(18_016, "shop")).toMatchObject({ version: "two", rows: 1 });
    const back = await quay.site("rollback shop");
    expect(back, back.stdout).toMatchObject({ code: 0 });
    expect(back.stdout).toContain("schema: no migration lies between");
    expect(await quay.visit(18_016, "shop")).toMatchObject({ version: "one", rows: 1 });
  });
});

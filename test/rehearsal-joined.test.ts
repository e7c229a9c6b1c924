import { expect, it } from "vitest";

import { toldJoined, type Joined } from "../rehearsal/joined";

const none: Joined = { jobs: [], agents: [], organizations: [], messages: [] };
const of = (id: string, data: Record<string, unknown> = {}) => ({ id, data });

it("tells a line of each service that something was joined to, and of no other", () => {
  expect(toldJoined(none)).toEqual([]);
  expect(toldJoined({ ...none, organizations: [of("acme", { projects: [] })] })).toEqual([]);
  const told = toldJoined({
    jobs: [of("shop-test"), of("shop-prod")],
    agents: [of("prod-shop-0123")],
    organizations: [of("acme", { projects: [{ slug: "shop-prod" }, { slug: "berth-fleet" }] })],
    messages: [of("1", { text: "first" }), of("2", { text: "this webhook works\u001b[2J" })],
  });
  expect(told).toEqual([
    "  Jenkins shop-prod, shop-test, agent prod-shop-0123",
    "  Sentry  berth-fleet, shop-prod",
    expect.stringContaining('  Slack   "this webhook works'),
  ]);
  expect(told.join()).not.toContain("\u001b");
});

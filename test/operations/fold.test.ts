import { expect, it } from "vitest";

import type { Preview } from "../../engine/preview";
import { changesOfMachines } from "../../operations/fold/alike";

const change = (type: string, name: string, fate = "create") => ({ type, name, fate });

it("what follows a machine into its new stack is no change of what was moved, and all else is", () => {
  const session = "command:remote:Command";
  const changes = [
    change("command:local:Command", "shop-jobs", "update"),
    change("command:local:Command", "shop-agent"),
    change("berth:integrations:ProjectJobs", "shop", "update"),
    change(session, "shop-shop-first-archive"),
    change(session, "shop-converge", "update"),
    change("scaleway:instance/server:Server", "shop-server", "replace"),
    change(session, "shop-shop-delivery", "same"),
  ];
  expect(changesOfMachines({ changes } as unknown as Preview)).toEqual([
    `  update shop-converge (${session})`,
    "  replace shop-server (scaleway:instance/server:Server)",
  ]);
});

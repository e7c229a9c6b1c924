import * as instance from "@pulumiverse/scaleway/instance";

import { placesOf, type CloudLooks, type Questions, type Wanted } from "../look";
import { ownTag } from "../own-tag";
import { scalewayEvidence } from "./snapshot";

/** What Scaleway is asked about: a server, a snapshot, and whether a type is in stock. */
export const looks: CloudLooks = {
  async describe({ id }) {
    const { type, zone } = await instance.getServer({ serverId: id });
    return { size: type, region: zone };
  },
  async standing({ name, region: zone, stack }) {
    const { servers } = await instance.getServers({ name, tags: [ownTag(stack)], zone });
    // Servers whose name only contains it are listed too.
    return servers.filter((server) => server.name === name).map(({ id }) => id);
  },
  evidence: ({ variables }) => scalewayEvidence(variables),
  // No look-up shows the account's quota.
  async lookAtRoom({ machines }, _aws, questions) {
    const kinds = new Map<string, Wanted[]>();
    for (const machine of machines.filter(({ fresh }) => fresh)) {
      const kind = `${machine.region} ${machine.size}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), machine]);
    }
    for (const wanting of kinds.values()) await lookAtStock(wanting, questions);
  },
};

/** All of one type in one zone. */
async function lookAtStock(wanting: readonly Wanted[], questions: Questions): Promise<void> {
  const { size: name, region: zone } = wanting[0]!;
  const found = await questions.ask(
    `Scaleway has ${name} in stock in ${zone}`,
    () => instance.getServerType({ name, zone }),
    false,
  );
  if (found?.availability !== "shortage") return;
  questions.problems.push({
    path: placesOf(wanting),
    message: `needs a ${name}, which Scaleway has run out of in ${zone}`,
    fix: "try again later, or choose another size",
  });
}

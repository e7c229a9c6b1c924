import * as digitalocean from "@pulumi/digitalocean";

import { outOfRoom, placesOf, type CloudLooks } from "../look";
import { ownTag } from "../own-tag";
import { digitaloceanEvidence } from "./snapshot";

/** What DigitalOcean is asked about: a Droplet, a snapshot, and the account's limit of Droplets. */
export const looks: CloudLooks = {
  async describe({ id }) {
    const { size, region } = await digitalocean.getDroplet({ id: Number(id) });
    return { size, region };
  },
  async standing({ name, stack }) {
    const filters = [
      { key: "name", values: [name] },
      { key: "tags", values: [ownTag(stack)] },
    ];
    const { droplets } = await digitalocean.getDroplets({ filters });
    return droplets.map(({ id }) => String(id));
  },
  evidence: () => digitaloceanEvidence,
  async lookAtRoom({ stack, hasState, machines }, _aws, questions) {
    const fresh = machines.filter((machine) => machine.fresh);
    if (fresh.length === 0) return;
    const found = await questions.ask(
      "the DigitalOcean account may have more Droplets",
      async () => {
        const [account, { droplets }] = await Promise.all([
          digitalocean.getAccount(),
          digitalocean.getDroplets(),
        ]);
        const tag = ownTag(stack);
        const ours = hasState ? [] : droplets.filter(({ tags }) => tags.includes(tag));
        return { account, limit: account.dropletLimit, held: droplets.length, ours: ours.length };
      },
      false,
    );
    if (found === undefined) return;
    const { status, statusMessage } = found.account;
    if (status === "locked") {
      questions.problems.push({
        path: placesOf(fresh),
        message: `goes to DigitalOcean, whose account is locked${statusMessage ? ` (${statusMessage})` : ""}`,
        fix: "have the account unlocked by DigitalOcean's support",
      });
      return;
    }
    outOfRoom(fresh, found, "Droplets", "DigitalOcean's control panel, Settings", questions);
  },
};

import { Refusal } from "../../ground/usage";
import { admitted, anything, key, lag, proxied } from "../answers";
import { ask, Faulty, type Side } from "../machines";
import type { Step } from "../step";

/** Milliseconds between two looks at a copy that does not stream yet, and how many there are. */
const pauseMs = 2_000;
const looks = 30;

/** The new machine's copy of each database follows the old one, and the way for visitors is opened. */
export const follow: Step = {
  name: "follow",
  does: "has the databases follow on the new machine (by dump: lays the way of the dump), and lays the visitors' way there",
  async act({ old, new: target, slug, keeper }) {
    const { way } = keeper.journal;
    const made = await ask(target, ["key", slug], key);
    const offered = await ask(old, ["offer", slug], anything, {
      ...{ key: made.key, address: target.address, way },
    });
    // What was offered holds passwords: it goes from one machine to the other and into nothing else.
    await ask(target, ["follow", slug], anything, {
      ...(offered as Record<string, unknown>),
      address: old.address,
      hostKey: old.hostKey,
    });
    const admission = await target.call("proxy", ["admit", slug, old.address]);
    // Laid by a reload, which would strand those that wait in the freeze.
    await old.call(
      "proxy",
      ["prepare", slug, target.address],
      certificateOf(admission, target.name),
    );
    return { leads: await leads(target, slug) };
  },
  async check({ new: target, slug, world, keeper }) {
    if (keeper.journal.way === "dump") {
      return [`${target.name} reaches what ${slug} will be dumped by, and has none of it yet`];
    }
    for (let look = 1; ; look += 1) {
      const { databases } = await ask(target, ["lag", slug], lag);
      const idle = Object.entries(databases).filter(([, each]) => !each.streaming);
      if (idle.length === 0) {
        return Object.entries(databases).map(
          ([service, { behindBytes }]) =>
            `${service} follows on ${target.name}, ${behindBytes ?? "?"} bytes behind`,
        );
      }
      if (look === looks) {
        const names = idle.map(([service]) => service).join(", ");
        throw new Refusal(
          `${target.name}: ${names} does not follow; look there: journalctl -u berth-move-${slug}`,
        );
      }
      await world.pause(pauseMs);
    }
  },
  async undo({ new: target, old, slug }) {
    await old.call("proxy", ["unforward", slug]);
    await target.call("proxy", ["unadmit", slug]);
    await ask(old, ["end", slug], anything);
  },
};

/** Whether a machine's proxy leads the project's visitors to another one: it does on the way back. */
async function leads(side: Side, slug: string): Promise<boolean> {
  const said = proxied.safeParse(await side.call("proxy", ["status"])).data;
  return said?.sites.find((each) => each.slug === slug)?.next?.leads === true;
}

function certificateOf(admission: unknown, name: string): string {
  const reading = admitted.safeParse(admission);
  if (reading.success) return reading.data.certificate;
  throw new Faulty(
    `${name}: its berth-proxy does not say by what the old machine knows it; bring it to this version: npm run berth -- converge ${name}`,
  );
}

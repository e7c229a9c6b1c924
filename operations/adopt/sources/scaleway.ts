import { mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";
import type { FoundMachine } from "../found";
import { allPages, baseOf, getJson, mappings, textOf, tokenIn } from "./asking";

/** Zones of Instances; no API lists them. https://www.scaleway.com/en/docs/account/reference-content/products-availability/ */
const zones = ["fr-par", "nl-ams", "pl-waw"].flatMap((region) =>
  [1, 2, 3].map((number) => `${region}-${number}`),
);
const perPage = 100;

/** Every Instance of Paris, Amsterdam and Warsaw that the key in `SCW_SECRET_KEY` may see. Throws a `Refusal`. */
export async function scalewayMachines(env: NodeJS.ProcessEnv): Promise<FoundMachine[]> {
  const base = baseOf(env, "SCW_API_URL", "https://api.scaleway.com");
  const headers = { "X-Auth-Token": tokenIn(env, "SCW_SECRET_KEY") };
  const inZones = await Promise.all(
    zones.map(async (zone) => {
      const who = `Scaleway, ${zone},`;
      let [total, read] = [0, 0];
      const servers = await allPages(who, async (page) => {
        const url = `${base}/instance/v1/zones/${zone}/servers?per_page=${perPage}&page=${page}`;
        const needs = "InstancesReadOnly on the project";
        const told = await getJson(url, { who, headers, needs });
        const items = mappings(told.body["servers"]);
        total = Number(told.headers.get("x-total-count") ?? 0);
        read += items.length;
        return { items, more: items.length > 0 && read < total };
      });
      if (servers.length < total) {
        throw new Refusal(`${who} tells of ${total} Instances and gave ${servers.length}`);
      }
      return servers.map((server) => machineOf(server, zone));
    }),
  );
  return inZones.flat();
}

function machineOf(server: Record<string, unknown>, zone: string): FoundMachine {
  const several = mappings(server["public_ips"]).find(({ family }) => family === "inet");
  const address = textOf((several ?? mapping(server["public_ip"]))["address"]);
  return {
    provider: "scaleway",
    id: `${zone}/${textOf(server["id"])}`,
    name: textOf(server["name"]),
    region: zone,
    size: textOf(server["commercial_type"]),
    ...(address === "" ? {} : { address }),
  };
}

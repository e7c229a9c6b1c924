import { mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";
import type { FoundMachine } from "../found";
import { allPages, baseOf, getJson, mappings, textOf, tokenIn } from "./asking";

const perPage = 200;

/** Every Droplet of the account whose token is in `DIGITALOCEAN_TOKEN`. Throws a `Refusal`. */
export async function digitaloceanMachines(env: NodeJS.ProcessEnv): Promise<FoundMachine[]> {
  const base = baseOf(env, "DIGITALOCEAN_API_URL", "https://api.digitalocean.com");
  const asked = {
    who: "DigitalOcean",
    headers: { authorization: `Bearer ${tokenIn(env, "DIGITALOCEAN_TOKEN")}` },
    needs: "the scope droplet:read",
  };
  let total = 0;
  const droplets = await allPages(asked.who, async (page) => {
    // The answer's own address of the next page is not followed: the token goes to this host alone.
    const url = `${base}/v2/droplets?per_page=${perPage}&page=${page}`;
    const { body } = await getJson(url, asked);
    total = Number(mapping(body["meta"])["total"] ?? 0);
    const more = mapping(mapping(body["links"])["pages"])["next"] !== undefined;
    return { items: mappings(body["droplets"]), more };
  });
  if (droplets.length < total) {
    throw new Refusal(`DigitalOcean tells of ${total} Droplets and gave ${droplets.length}`);
  }
  return droplets.map((droplet) => {
    const networks = mappings(mapping(droplet["networks"])["v4"]);
    const address = textOf(networks.find(({ type }) => type === "public")?.["ip_address"]);
    return {
      provider: "digitalocean",
      id: textOf(droplet["id"]),
      name: textOf(droplet["name"]),
      region: textOf(mapping(droplet["region"])["slug"]),
      size: textOf(droplet["size_slug"]),
      ...(address === "" ? {} : { address }),
    };
  });
}

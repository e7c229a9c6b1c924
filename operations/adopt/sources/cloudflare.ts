import { isIn } from "../../../components/fleet/names";
import { mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";
import type { FoundRecord } from "../found";
import { allPages, baseOf, getJson, mappings, textOf, tokenIn, type Asked } from "./asking";

const perPage = 100;

/**
 * Every record of a zone, with `CLOUDFLARE_API_TOKEN`. `ids` are the agency's zones; another one is asked for by its
 * name. Throws a `Refusal`.
 */
export async function cloudflareRecords(
  zone: string,
  ids: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<FoundRecord[]> {
  const base = baseOf(env, "CLOUDFLARE_BASE_URL", "https://api.cloudflare.com/client/v4");
  const asked: Asked = {
    who: `Cloudflare, zone ${zone},`,
    headers: { authorization: `Bearer ${tokenIn(env, "CLOUDFLARE_API_TOKEN")}` },
    needs: "Zone, DNS, Read for it",
  };
  const declared = Object.hasOwn(ids, zone) ? textOf(ids[zone]) : "";
  const id = declared === "" ? await idOf(zone, base, asked) : declared;
  let [total, read] = [0, 0];
  const records = await allPages(asked.who, async (page) => {
    const url = `${base}/zones/${id}/dns_records?per_page=${perPage}&page=${page}`;
    const { body } = await getJson(url, asked);
    const items = mappings(body["result"]);
    total = Number(mapping(body["result_info"])["total_count"] ?? 0);
    read += items.length;
    return { items, more: items.length > 0 && read < total };
  });
  if (records.length < total) {
    throw new Refusal(`${asked.who} tells of ${total} records and gave ${records.length}`);
  }
  const found = records.map(({ name, type, content }) => ({
    name: textOf(name).toLowerCase(),
    type: textOf(type).toUpperCase(),
    content: textOf(content),
  }));
  // The declared id may be another zone's.
  const foreign = found.find(({ name }) => !isIn(name, zone));
  if (foreign === undefined) return found;
  throw new Refusal(
    `${asked.who} holds names of another zone: correct its id in berth:agency.zones`,
  );
}

async function idOf(zone: string, base: string, asked: Asked): Promise<string> {
  const url = `${base}/zones?name=${encodeURIComponent(zone)}`;
  const { body } = await getJson(url, { ...asked, needs: "Zone, Zone, Read" });
  const found = mappings(body["result"]).find(({ name }) => name === zone);
  const id = textOf(found?.["id"]);
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new Refusal(`${asked.who} is none that the token sees; declare it in berth:agency.zones`);
}

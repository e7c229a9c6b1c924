import { streaming } from "../../engine/pulumi";
import { reviewOf, type StackReview } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import type { ScratchCloud } from "../../rehearsal/scratch";

/** A review of a stack's preview, judged by the policies. */
export async function reviewOn(cloud: ScratchCloud, stack: string): Promise<StackReview> {
  Object.assign(cloud.env, streaming);
  const pack = ["--policy-pack", "policies/pack"];
  const { stdout } = await cloud.pulumi("preview", "--json", ...pack, "--stack", stack);
  for (const name of Object.keys(streaming)) delete cloud.env[name];
  return reviewOf(readCleaned(stdout, "preview"), { approved: [], today: "2026-11-21" });
}

/** What somebody has in a zone: any key of a record may be given. */
interface Written {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  readonly [key: string]: unknown;
}

/** Somebody's records in one zone of a scratch cloud, put there past the program. */
export class Zone {
  private serial = 0;

  constructor(
    private readonly cloud: ScratchCloud,
    private readonly id: string,
  ) {}

  /** Puts records there and gives their ids. */
  put(...records: readonly Written[]): Promise<string[]> {
    return Promise.all(
      records.map(async (record) => {
        const id = `${this.id.slice(0, 4)}${String(++this.serial).padStart(28, "0")}`;
        const whole = { id, zoneId: this.id, proxied: false, ttl: 300, ...record };
        await this.cloud.control("PUT", `/objects/cloudflare%2Fdns_record/${id}`, whole);
        return id;
      }),
    );
  }

  /** Everything in it, one line a record, `name type content`, with its id where asked for. */
  async lines(withId = false): Promise<string[]> {
    const all = await this.cloud.objects("cloudflare/dns_record");
    return all
      .filter(({ data }) => data["zoneId"] === this.id)
      .map(({ id, data }) => {
        const { name, type, content, proxied, ttl } = data;
        const text = [name, type, content, proxied === true ? "proxied" : ttl]
          .map(String)
          .join(" ");
        return withId ? `${id} ${text}` : text;
      })
      .sort();
  }
}

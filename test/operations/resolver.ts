import { serveNames, type NameServer } from "../../packages/local-cloud/edge/name-server";
import type { ZoneRecord } from "../../packages/local-cloud/edge/zones";

/** An address of Cloudflare's edge. */
export const edgeAddress = "104.16.0.1";

/** A resolver that knows the records of one test: a name by the address that it leads to, or proxied. */
export class TestResolver {
  private server: NameServer | undefined;
  /** An address, or `edge`, by name. */
  readonly records: Record<string, string> = {};

  async open(): Promise<void> {
    this.server = await serveNames("127.0.0.1", 0, {
      names: () => ({
        edge: edgeAddress,
        zones: Object.keys(this.records).map((name) => this.zone(name)),
      }),
      upstream: [],
    });
  }

  /** The variable that leads `berth` here. */
  env(): Record<string, string> {
    if (this.server === undefined) return {};
    return { BERTH_RESOLVERS: `${this.server.address}:${this.server.port}` };
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private zone(name: string) {
    const content = this.records[name] ?? "";
    const proxied = content === "edge";
    const record: ZoneRecord = {
      ...{ name, type: "A", content: proxied ? "192.0.2.1" : content, ttl: 1 },
      ...{ proxied, priority: 0, data: {} },
    };
    return { id: name, name, nameServers: [], records: [record] };
  }
}

import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** What the providers' APIs tell. */
export interface Held {
  droplets?: object[];
  /** By zone. */
  servers?: Record<string, object[]>;
  /** By region, EC2's own XML of instances. */
  instances?: Record<string, string>;
  /** By the zone's id. */
  records?: Record<string, object[]>;
  /** Ids by the zone's name. */
  zones?: Record<string, string>;
  buckets?: Record<string, { region: string; versioned: boolean }>;
  /** Paths that are answered with this status. */
  refused?: readonly [path: RegExp, status: number][];
}

/** DigitalOcean, Scaleway, EC2, Cloudflare and S3 at one address, in pages of two. Changes nothing it is not asked to. */
export class Clouds {
  held: Held = {};
  /** Method and path of every request. */
  readonly asked: string[] = [];
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => this.answer(request, Buffer.concat(chunks).toString(), response));
  });

  async start(): Promise<NodeJS.ProcessEnv> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    const at = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return {
      ...{ PATH: process.env["PATH"], DIGITALOCEAN_API_URL: at, SCW_API_URL: at },
      ...{ CLOUDFLARE_BASE_URL: `${at}/client/v4`, AWS_ENDPOINT_URL: at },
      ...{ DIGITALOCEAN_TOKEN: "dop_v1_secret", SCW_SECRET_KEY: "scw-secret" },
      CLOUDFLARE_API_TOKEN: "cf-secret",
      ...{ AWS_ACCESS_KEY_ID: "AKIAAAAAAAAAAAAAAAAA", AWS_SECRET_ACCESS_KEY: "aws-secret" },
    };
  }

  stop(): void {
    this.server.close();
  }

  private answer(request: http.IncomingMessage, body: string, response: http.ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://x");
    this.asked.push(`${request.method} ${url.pathname}${body === "" ? "" : ` ${body}`}`);
    const give = (value: unknown, headers: http.OutgoingHttpHeaders = {}) =>
      response
        .writeHead(200, headers)
        .end(typeof value === "string" ? value : JSON.stringify(value));
    const status = this.held.refused?.find(([path]) => path.test(url.pathname))?.[1];
    if (status !== undefined) return void response.writeHead(status).end("cf-secret is refused");
    const page = Number(url.searchParams.get("page") ?? 1);
    const paged = (all: object[] = []) => all.slice((page - 1) * 2, page * 2);
    const [, first = ""] = url.pathname.split("/");
    if (first === "v2") {
      const droplets = this.held.droplets ?? [];
      const next = page * 2 < droplets.length ? { next: "http://elsewhere.example/" } : {};
      return void give({
        droplets: paged(droplets),
        links: { pages: next },
        meta: { total: droplets.length },
      });
    }
    if (first === "instance") {
      const servers = this.held.servers?.[url.pathname.split("/")[4]!] ?? [];
      return void give({ servers: paged(servers) }, { "x-total-count": servers.length });
    }
    if (first === "client") {
      const id = url.pathname.split("/")[4];
      if (id === undefined) {
        const name = url.searchParams.get("name")!;
        const zone = this.held.zones?.[name];
        return void give({ result: zone === undefined ? [] : [{ name, id: zone }] });
      }
      const all = this.held.records?.[id] ?? [];
      return void give({ result: paged(all), result_info: { total_count: all.length } });
    }
    if (request.method === "POST") return void give(this.ec2(new URLSearchParams(body), request));
    const bucket = this.held.buckets?.[first];
    if (bucket === undefined) return void response.writeHead(404).end();
    const inner = url.searchParams.has("location")
      ? `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${bucket.region}</LocationConstraint>`
      : `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${bucket.versioned ? "<Status>Enabled</Status>" : ""}</VersioningConfiguration>`;
    give(`<?xml version="1.0"?>${inner}`, { "content-type": "application/xml" });
  }

  private ec2(asked: URLSearchParams, { headers }: http.IncomingMessage): string {
    const instances = this.held.instances ?? {};
    if (asked.get("Action") === "DescribeRegions") {
      const regions = Object.keys(instances).map(
        (name) => `<item><regionName>${name}</regionName></item>`,
      );
      return `<DescribeRegionsResponse><regionInfo>${regions.join("")}</regionInfo></DescribeRegionsResponse>`;
    }
    const region = /Credential=[^/]+\/\d+\/([^/]+)\/ec2\//.exec(headers.authorization ?? "")?.[1];
    const [one = "", two] = (instances[region!] ?? "").split("<!-- page -->");
    const isFirst = asked.get("NextToken") === null;
    const next = isFirst && two !== undefined ? "<nextToken>more</nextToken>" : "<nextToken/>";
    const items = `<item><ownerId>413528927365</ownerId><instancesSet>${isFirst ? one : two}</instancesSet></item>`;
    return `<DescribeInstancesResponse><reservationSet>${items}</reservationSet>${next}</DescribeInstancesResponse>`;
  }
}

export const droplet = (id: number, name: string, address?: string) => ({
  ...{ id, name, region: { slug: "nyc3" }, size_slug: "s-2vcpu-4gb" },
  networks: {
    v4: [
      { type: "private", ip_address: "10.0.0.2" },
      ...(address === undefined ? [] : [{ type: "public", ip_address: address }]),
    ],
    v6: [{ type: "public", ip_address: "2001:db8::1" }],
  },
});

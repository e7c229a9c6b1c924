import { isMapping, mapping } from "../../fleet/mapping";
import type { Evidence, LookUp } from "../look";
import { instantOf } from "../answers";

const defaultApi = "https://api.scaleway.com";
const patience = 30_000;

/** A server that is not there has no state. */
const states: Readonly<Record<string, string>> = {
  undefined: "gone",
  stopped: "off",
  "stopped in place": "off",
};

/**
 * Asks Scaleway's HTTP API itself: the provider's look-ups tell neither a snapshot's date nor its
 * state. `environment` holds what the provider itself is configured by: `SCW_SECRET_KEY`, and
 * `SCW_API_URL` where another endpoint is wanted.
 */
export function scalewayEvidence(
  environment: Readonly<Record<string, string | undefined>>,
): LookUp {
  const { SCW_SECRET_KEY: token, SCW_API_URL: api = defaultApi } = environment;
  const get = async (path: string): Promise<Record<string, unknown> | undefined> => {
    if (!token) throw new Error("SCW_SECRET_KEY is not set");
    const response = await fetch(`${api.replace(/\/+$/, "")}${path}`, {
      headers: { "X-Auth-Token": token },
      signal: AbortSignal.timeout(patience),
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${response.statusText}`);
    return mapping(await response.json());
  };
  return async ({ id, region }, snapshot): Promise<Evidence> => {
    const server = mapping(
      (await get(`/instance/v1/zones/${region}/servers/${bare(id)}`))?.["server"],
    );
    const machine = states[String(server["state"])];
    const disk = textOf(mapping(mapping(server["volumes"])["0"])["id"]);
    const uuid = bare(snapshot);
    const found = isUuid(uuid) && (await snapshotIn(get, region, uuid));
    return {
      machine: machine ?? String(server["state"]),
      ...(found
        ? { snapshot: { ...found, ofThisDisk: disk !== undefined && found.volume === disk } }
        : {}),
    };
  };
}

/** Network volumes and their snapshots have an API of their own; local ones belong to Instances. */
async function snapshotIn(
  get: (path: string) => Promise<Record<string, unknown> | undefined>,
  zone: string,
  uuid: string,
) {
  const block = await get(`/block/v1/zones/${zone}/snapshots/${uuid}`);
  if (block) {
    return snapshotFrom(
      block["created_at"],
      block["status"],
      ["available", "in_use"],
      block["parent_volume"],
    );
  }
  const local = (await get(`/instance/v1/zones/${zone}/snapshots/${uuid}`))?.["snapshot"];
  if (!isMapping(local)) return undefined;
  return snapshotFrom(local["creation_date"], local["state"], ["available"], local["base_volume"]);
}

function snapshotFrom(date: unknown, state: unknown, complete: readonly string[], volume: unknown) {
  const word = textOf(state) ?? "of unknown state";
  return {
    takenAt: instantOf(date),
    volume: textOf(mapping(volume)["id"]),
    ...(complete.includes(word) ? {} : { unfinished: word }),
  };
}

/** Ids of the program's state carry their zone in front. */
function bare(id: string): string {
  return id.split("/").at(-1) ?? id;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

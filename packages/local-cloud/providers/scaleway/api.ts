import type * as http from "node:http";

import { isObject, type Props } from "../../emulator/values";
import type { Entity, World } from "../../emulator/world";
import { snapshotDate } from "../snapshot-dates";
import { serverKind } from "./kinds";
import { serveJson } from "../json-api";

const unauthorized = {
  message: "authentication is denied",
  method: "api_key",
  reason: "invalid_argument",
  type: "denied_authentication",
};

/**
 * Scaleway's HTTP API as far as the program asks it itself: servers and snapshots, by id. On loopback
 * only; any secret key is taken, none is refused. Shapes: Scaleway's API documentation.
 */
export function serveScalewayApi(
  world: World,
): Promise<{ port: number; stop: () => Promise<void> }> {
  return serveJson((request) => answer(world, request));
}

function answer(world: World, { method, url = "/", headers }: http.IncomingMessage) {
  if (!headers["x-auth-token"]) return { status: 401, body: unauthorized };
  const [, product, , , zone, what, uuid] = url.split("/");
  const id = `${zone}/${uuid}`;
  const body = method === "GET" ? found(world, `${product} ${what}`, id) : undefined;
  if (body) return { status: 200, body };
  const resource = `${product}_${what?.replace(/s$/, "")}`;
  return { status: 404, body: { resource, resource_id: uuid, type: "not_found" } };
}

function found(world: World, what: string, id: string): object | undefined {
  switch (what) {
    case "instance servers":
      return shown(world.get(serverKind, id), serverBody);
    case "instance snapshots":
      return shown(world.get("scaleway/instance-snapshot", id), ({ data }) => {
        const date = snapshotDate(world, id);
        return {
          snapshot: {
            id: bare(id),
            name: data["name"],
            base_volume: { id: bare(data["volumeId"]) },
            creation_date: date?.takenAt ?? null,
            state: date?.state ?? "available",
          },
        };
      });
    case "block snapshots":
      return shown(world.get("scaleway/block-snapshot", id), ({ data }) => {
        const date = snapshotDate(world, id);
        return {
          id: bare(id),
          name: data["name"],
          parent_volume: { id: bare(data["volumeId"]) },
          created_at: date?.takenAt ?? null,
          status: date?.state ?? "available",
        };
      });
    default:
      return undefined;
  }
}

/** What the provider calls started, the API calls running. */
const states: Readonly<Record<string, string>> = {
  started: "running",
  standby: "stopped in place",
};

function serverBody({ id, data }: Entity): object {
  const disk = data["rootVolume"];
  const state = String(data["state"]);
  const volumes = isObject(disk)
    ? { "0": { id: bare(disk["volumeId"]), volume_type: disk["volumeType"] } }
    : {};
  return { server: { id: bare(id), name: data["name"], state: states[state] ?? state, volumes } };
}

function shown(entity: Entity | undefined, show: (entity: Entity) => Props | object) {
  return entity && show(entity);
}

function bare(id: unknown): string {
  return String(id).split("/").at(-1)!;
}

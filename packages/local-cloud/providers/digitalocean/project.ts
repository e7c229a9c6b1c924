import { bridged } from "../../emulator/bridged";
import type { Context, ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { nextUuid, stamp } from "./catalog";
import { authenticate, notFound, refused } from "./errors";
import { lengthBetween, notEmpty, sameSet } from "./rules";

const kind = "digitalocean/project";
const environments = ["development", "staging", "production"];

/** Projects. Source: the provider's recorded calls and upstream's resource_project.go. */
export const projectTable: ResourceTable = {
  type: "digitalocean:index/project:Project",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    name: {
      type: "string",
      refuse: (value, subject, place) =>
        notEmpty(value, subject, place) ?? lengthBetween(1, 175)(value, subject, place),
    },
    description: { type: "string", refuse: lengthBetween(0, 255), remembered: true },
    purpose: { type: "string", default: "Web Application", refuse: lengthBetween(0, 255) },
    environment: {
      type: "string",
      same: (state, input) => String(state).toLowerCase() === String(input).toLowerCase(),
      refuse: (value, { name }, place) =>
        environments.includes(String(value).toLowerCase())
          ? undefined
          : `expected ${place} to be one of ["development" "staging" "production"], got ${String(value)}. Examine values at '${name}.${place}'.`,
    },
    isDefault: { type: "boolean", absent: false, remembered: true },
    resources: { type: "set", items: "string", computed: true, same: sameSet },
  },
  outputs: { createdAt: UNKNOWN, ownerId: UNKNOWN, ownerUuid: UNKNOWN, updatedAt: UNKNOWN },
  api: {
    create(inputs, planned, context) {
      const doing = "Error creating Project";
      const request = "POST /projects";
      authenticate(context, doing, request);
      defaultProject(context);
      if (context.world.find(kind, (data) => data["name"] === inputs["name"])) {
        throw refused(doing, request, 409, "project with same name already exists");
      }
      const id = nextUuid(context.world, "project");
      const wanted = urns(inputs["resources"]);
      judgeResources(wanted, `${doing}: Error assigning resources`, id, context);
      takeFromOthers(wanted, id, context);
      if (inputs["isDefault"] === true) resignDefault(id, context);
      return {
        id,
        outputs: {
          createdAt: stamp(context),
          description: planned["description"] ?? "",
          environment: planned["environment"] ?? "",
          ownerId: 13463203,
          ownerUuid: "1faa7fb3-d49e-4f43-8441-2fec818f06c5",
          resources: wanted,
          updatedAt: stamp(context),
        },
      };
    },
    update(id, { olds, news, planned }, context) {
      const request = `PUT /projects/${id}`;
      authenticate(context, "Error updating Project", request);
      if (!context.world.get(kind, id)) throw notFound("Error updating Project", request);
      const wanted = urns(news["resources"] ?? olds["resources"]);
      const added = wanted.filter((urn) => !urns(olds["resources"]).includes(urn));
      const doing = "Error Updating project: Error assigning resources";
      judgeResources(added, doing, id, context);
      takeFromOthers(wanted, id, context);
      giveToDefault(
        urns(olds["resources"]).filter((urn) => !wanted.includes(urn)),
        id,
        context,
      );
      if (news["isDefault"] === true) resignDefault(id, context);
      return {
        description: planned["description"] ?? "",
        environment: planned["environment"] ?? "",
        updatedAt: stamp(context),
      };
    },
    delete(id, outputs, context) {
      const present = urns(context.world.get(kind, id)?.data["resources"]);
      const known = urns(outputs["resources"]);
      const left = existing(present, context).filter((urn) => !known.includes(urn));
      if (left.length > 0) {
        const request = `DELETE /projects/${id}`;
        const doing = `Error deleting project (${id})`;
        throw refused(doing, request, 412, "cannot delete a project with resources");
      }
      giveToDefault(known, id, context);
    },
    read: (_id, outputs, context) => ({
      ...outputs,
      resources: existing(urns(outputs["resources"]), context),
    }),
  },
};

/** Projects. */
export const project: ResourceHandler = bridged(resource(projectTable), (inputs, olds) =>
  plan(projectTable, inputs, olds),
);

/** The project that an account always has; it takes what no other project holds. */
function defaultProject(context: Context): { id: string; data: Props } {
  const present = context.world.find(kind, (data) => data["isDefault"] === true);
  if (present) return present;
  const id = nextUuid(context.world, "project");
  const made = { createdAt: stamp(context), updatedAt: stamp(context), description: "" };
  return context.world.put(kind, id, {
    ...made,
    id,
    environment: "",
    isDefault: true,
    name: "first-project",
    ownerId: 13463203,
    ownerUuid: "1faa7fb3-d49e-4f43-8441-2fec818f06c5",
    purpose: "Just trying out DigitalOcean",
    resources: [],
  });
}

function giveToDefault(resources: readonly string[], from: string, context: Context): void {
  const target = defaultProject(context);
  if (target.id === from) return;
  const held = urns(target.data["resources"]);
  const all = [...new Set([...held, ...existing(resources, context)])];
  context.world.patch(kind, target.id, { resources: all });
}

/** A resource belongs to one project, so joining one means leaving another. */
function takeFromOthers(resources: readonly string[], id: string, context: Context): void {
  for (const other of context.world.list(kind)) {
    const held = urns(other.data["resources"]);
    const kept = held.filter((urn) => !resources.includes(urn));
    if (other.id !== id && kept.length < held.length) {
      context.world.patch(kind, other.id, { resources: kept });
    }
  }
}

function resignDefault(id: string, context: Context): void {
  for (const other of context.world.list(kind)) {
    if (other.id !== id && other.data["isDefault"] === true) {
      context.world.patch(kind, other.id, { isDefault: false });
    }
  }
}

function judgeResources(
  wanted: readonly string[],
  doing: string,
  id: string,
  context: Context,
): void {
  if (existing(wanted, context).length < wanted.length) {
    throw notFound(doing, `POST /projects/${id}/resources`);
  }
}

/** Those resources that are there; kinds that are not emulated count as there. */
function existing(resources: readonly string[], context: Context): string[] {
  return resources.filter((urn) => {
    const [, type, id = ""] = urn.split(":");
    if (type === "droplet") return context.world.get("digitalocean/droplet", id) !== undefined;
    if (type === "reservedip")
      return context.world.get("digitalocean/reservedIp", id) !== undefined;
    return true;
  });
}

function urns(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((urn) => urn !== "" && urn !== null).map(String) : [];
}

import type { Context } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { fixedId, newId, organizationId, ownership, zoneForCall } from "./account";
import { ApiError, notFound } from "./errors";
import { settleFirewall } from "./machine";
import { oneOf, projectId, tags } from "./resource";
import { filled, readRules, ruleFields, rulesOf } from "./security-rules";
import { groupKind, serverKind } from "./kinds";

const policy = { type: "string", default: "accept", refuse: oneOf("accept", "drop") } as const;

/**
 * Security groups. A state's rule stays as written where the API's says the same. Source: the
 * provider's recorded calls; the refusal of a delete is the one the SDK's own tests know.
 */
export const securityGroup: ResourceTable = {
  type: "scaleway:instance/securityGroup:SecurityGroup",
  style: "sdkv2",
  kind: groupKind,
  autoName: "name",
  inputs: {
    name: { type: "string" },
    description: { type: "string" },
    enableDefaultSecurity: { type: "boolean", default: true },
    externalRules: { type: "boolean", absent: false },
    inboundDefaultPolicy: policy,
    outboundDefaultPolicy: policy,
    inboundRules: { type: "list", fields: ruleFields, absent: [] },
    outboundRules: { type: "list", fields: ruleFields, absent: [] },
    projectId,
    stateful: { type: "boolean", default: true },
    tags,
  },
  outputs: { organizationId: UNKNOWN },
  api: {
    create(inputs, planned, context) {
      const zone = zoneForCall(inputs, context);
      return {
        id: newId(zone),
        outputs: { ...ownership(inputs, context), ...applied(planned), zone },
      };
    },
    async update(id, { planned }, context) {
      const now = context.world.get(groupKind, id)?.data;
      if (!now) throw notFound("instance_security_group", id);
      const outputs = { ...now, ...planned, ...applied(planned) };
      context.world.put(groupKind, id, outputs);
      for (const server of usersOf(id, context)) await settleFirewall(server, context);
      return outputs;
    },
    read: (_id, data, _context, known) => ({
      ...data,
      tags: data["tags"] ?? [],
      externalRules: known["externalRules"] ?? null,
      inboundRules: readRules(data["inboundRules"], known["inboundRules"]),
      outboundRules: readRules(data["outboundRules"], known["outboundRules"]),
    }),
    importInputs,
    delete(id, _outputs, context) {
      if (context.world.get(groupKind, id)?.data["projectDefault"] === true) {
        throw new ApiError(
          "http error 409 Conflict: group is default group. you cannot delete it.",
        );
      }
      if (usersOf(id, context).length > 0) {
        throw new ApiError("http error 409 Conflict: group is in use. you cannot delete it.");
      }
    },
  },
};

function applied(planned: Props): Props {
  return {
    description: planned["description"] ?? "",
    inboundRules: rulesOf(planned["inboundRules"]).map(filled),
    outboundRules: rulesOf(planned["outboundRules"]).map(filled),
  };
}

function usersOf(id: string, context: Context): string[] {
  return context.world
    .list(serverKind)
    .filter(({ data }) => data["securityGroupId"] === id)
    .map((server) => server.id);
}

/** What an import takes for inputs: what differs from the defaults, and never the rules. */
function importInputs(outputs: Props): Props {
  const defaults: Props = {
    enableDefaultSecurity: true,
    stateful: true,
    inboundDefaultPolicy: "accept",
    outboundDefaultPolicy: "accept",
    description: "",
  };
  const differing = Object.entries(defaults)
    .filter(([key, value]) => outputs[key] !== value)
    .map(([key]) => [key, outputs[key]] as const);
  const { name, projectId: project, tags: labels, zone } = outputs;
  return {
    __defaults: [],
    externalRules: null,
    ...Object.fromEntries(differing),
    name,
    projectId: project,
    ...(Array.isArray(labels) && labels.length > 0 ? { tags: labels } : {}),
    zone,
  };
}

/** The group of servers that name none: it exists in every zone and project, and is open. */
export function defaultGroup(zone: string, project: unknown, context: Context): string {
  const id = fixedId(zone, `default security group of ${String(project)}`);
  if (!context.world.get(groupKind, id)) {
    context.world.put(groupKind, id, {
      id,
      name: "Default security group",
      description: "Auto generated security group.",
      enableDefaultSecurity: true,
      externalRules: false,
      inboundDefaultPolicy: "accept",
      outboundDefaultPolicy: "accept",
      inboundRules: [],
      outboundRules: [],
      projectId: project,
      organizationId,
      projectDefault: true,
      stateful: true,
      tags: [],
      zone,
    });
  }
  return id;
}

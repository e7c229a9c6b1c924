import type { ResourceHandler } from "../../emulator/handler";
import { resource } from "../../emulator/resource";
import type { Field, ResourceTable } from "../../emulator/table";
import { hasUnknown, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { defaultTags } from "./config";

/** `region`, which version 7 has on every regional resource; a change replaces it. */
export const region: Field = { type: "string", computed: true, forceNew: true };

/** `tags`, and `tagsAll` with the provider's default tags merged in before `Check`. */
export const tags: Readonly<Record<"tags" | "tagsAll", Field>> = {
  tags: { type: "map", absent: null },
  tagsAll: { type: "map", absent: {} },
};

/**
 * A handler with what all resources of this provider share: ahead of `Check`, the provider writes
 * its region and the merged tags into the inputs (pulumi-aws#5521: the upstream's own way would do
 * so too late for the engine).
 */
export function awsResource(table: ResourceTable): ResourceHandler {
  const handler = resource(table);
  const regional = "region" in table.inputs;
  const tagged = "tagsAll" in table.inputs;
  return {
    ...handler,
    check(subject, olds, news, context) {
      const filled: Props = { ...news };
      if (regional && isBlank(filled["region"]) && !isBlank(context.config["region"])) {
        filled["region"] = context.config["region"];
      }
      if (tagged) {
        const all = mergedTags(defaultTags(context.config), filled["tags"]);
        if (all) filled["tagsAll"] = all;
      }
      return handler.check(subject, olds, filled, context);
    },
    async create(subject, inputs, preview, context) {
      const made = await handler.create(subject, inputs, preview, context);
      return preview || !tagged ? made : { ...made, outputs: readBack(made.outputs) };
    },
    async update(subject, change, preview, context) {
      const outputs = await handler.update(subject, change, preview, context);
      return preview || !tagged ? outputs : readBack(outputs);
    },
  };
}

/** What was made is read back, and then no tags are an empty map. */
function readBack(outputs: Props): Props {
  return { ...outputs, tags: outputs["tags"] ?? {} };
}

function mergedTags(defaults: Props, own: unknown): unknown {
  if (hasUnknown(own)) return UNKNOWN;
  const all = { ...defaults, ...(isObject(own) ? own : {}) };
  const keys = Object.keys(all).filter((key) => key !== "__defaults");
  return keys.length === 0 ? undefined : Object.fromEntries(keys.map((key) => [key, all[key]]));
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

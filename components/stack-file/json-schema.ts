import { z } from "zod";
import { environmentConfig, hostConfig } from "../fleet/config";
import { secretsKey } from "./stack-secrets";

/** A JSON schema, draft 7: the newest that all editors' YAML services read. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The files that editors check and complete, and the schema of each. */
export const schemaFiles = {
  /** `Pulumi.yaml`. */
  "project.json": projectFile,
  /** `Pulumi.stage.yaml`, `Pulumi.prod.yaml`. */
  "environment.json": () => stackFile("An environment stack", environmentConfig),
  /** `Pulumi.<any other stack>.yaml`. */
  "host.json": () => stackFile("A host stack", hostConfig),
} as const satisfies Readonly<Record<string, () => JsonSchema>>;

/** What Pulumi itself keeps in a stack's file. */
const pulumiKeys: Record<string, JsonSchema> = {
  secretsprovider: { type: "string" },
  encryptedkey: { type: "string" },
  encryptionsalt: { type: "string" },
};

function stackFile(title: string, schema: typeof environmentConfig | typeof hostConfig) {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title,
    type: "object",
    properties: { config: configOf(keysOf(schema)), ...pulumiKeys },
    required: ["config"],
  } satisfies JsonSchema;
}

/** In `Pulumi.yaml` the value of a key stands below `value`, or `default`. */
function projectFile(): JsonSchema {
  const { [`berth:${secretsKey}`]: _, ...keys } = keysOf(environmentConfig);
  const declared = Object.entries(keys).map(([key, schema]) => [
    key,
    {
      type: "object",
      properties: {
        value: schema,
        default: schema,
        type: { type: "string" },
        description: { type: "string" },
      },
      additionalProperties: false,
    },
  ]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pulumi.yaml",
    type: "object",
    properties: {
      name: { type: "string" },
      runtime: { description: "How Pulumi runs the program." },
      description: { type: "string" },
      config: configOf(Object.fromEntries(declared)),
    },
    required: ["name", "runtime"],
  };
}

/** Keys of other namespaces (`aws:region`) are Pulumi's; an unknown one of Berth's is a mistake. */
function configOf(keys: Record<string, JsonSchema>): JsonSchema {
  return {
    type: "object",
    properties: keys,
    propertyNames: { pattern: `^(?!berth:)|^(${Object.keys(keys).join("|")})$` },
  };
}

/** Berth's keys with their schemas. None is required: Pulumi.yaml may hold what a stack's lacks. */
function keysOf(schema: typeof environmentConfig | typeof hostConfig): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, field]) => {
      const { $schema: _, ...json } = z.toJSONSchema(field, {
        io: "input",
        target: "draft-7",
        override: ({ jsonSchema }) => {
          // zod's bound of whole numbers says nothing to a person.
          if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        },
      });
      return [`berth:${key}`, json];
    }),
  );
}

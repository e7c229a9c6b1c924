import type { Provider, ResourceHandler } from "../emulator/handler";
import type { Finding } from "./finding";
import { sdkSchemaOf, type SdkSchema } from "./sdk-schema";

/**
 * Compares the fields of every emulated resource type with the class of the SDK that the program
 * uses: which inputs there are, which must be given, which outputs, which are secret. It is all that
 * can be compared where no plugin was recorded, and says nothing of behaviour.
 */
export function compareSchemas(providers: readonly Provider[]): Finding[] {
  return providers.flatMap((provider) =>
    provider.resources.flatMap((handler) =>
      handler.table ? ofType(provider.name, handler, handler.table) : [],
    ),
  );
}

function ofType(
  provider: string,
  { type, secretOutputs = [] }: ResourceHandler,
  table: NonNullable<ResourceHandler["table"]>,
): Finding[] {
  const sdk = sdkSchemaOf(type);
  const finding = (field: string, recorded: string, emulated: string): Finding => ({
    ...{ provider, type, field, aspect: "schema", recorded, emulated },
    ...{ at: sdk?.source ?? "SDK", scenario: "schema" },
  });
  if (!sdk) return [finding("(resource)", "absent", "there")];
  const fields = [...sdk.inputs, ...sdk.outputs, ...Object.keys(table.inputs)];
  const all = new Set([...fields, ...Object.keys(table.outputs)]);
  return [...all].sort().map((field) => {
    const input = table.inputs[field];
    const role = input
      ? `input${input.required ? ", required" : ""}${input.inputOnly ? ", never shown" : ""}`
      : field in table.outputs
        ? "output"
        : "absent";
    return finding(field, roleIn(sdk, field), role + secret(secretOutputs.includes(field)));
  });
}

function roleIn({ inputs, required, outputs, secrets }: SdkSchema, field: string): string {
  const role = inputs.includes(field)
    ? `input${required.includes(field) ? ", required" : ""}${outputs.includes(field) ? "" : ", never shown"}`
    : outputs.includes(field)
      ? "output"
      : "absent";
  return role + secret(secrets.includes(field));
}

function secret(yes: boolean): string {
  return yes ? ", secret" : "";
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { schemaFiles } from "../components/stack-file/json-schema";

/** Where the editors' schemas lie. */
export const schemaFolder = join(__dirname, "..", "schema");

/** The text of each schema file, by file name, as the formatter leaves it. */
export async function schemaTexts(): Promise<ReadonlyMap<string, string>> {
  const texts = Object.entries(schemaFiles).map(async ([file, make]): Promise<[string, string]> => [
    file,
    await format(JSON.stringify(make()), { parser: "json", printWidth: 100 }),
  ]);
  return new Map(await Promise.all(texts));
}

/** `npm run schema`: writes the schemas from the definition that the parser uses. */
export async function main(): Promise<number> {
  mkdirSync(schemaFolder, { recursive: true });
  for (const [file, text] of await schemaTexts()) writeFileSync(join(schemaFolder, file), text);
  return 0;
}

const entities: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" },
};

/** What a Jenkins reads of a job's configuration before it runs anything. */
export interface Configuration {
  readonly description: string;
  readonly disabled: boolean;
  readonly hasParameters: boolean;
  /** Jobs whose end it waits for before its own steps. */
  readonly waitsFor: readonly string[];
}

/** Reads a job's configuration; undefined for what is not XML of a job. */
export function configurationOf(xml: string): Configuration | undefined {
  if (!/^\s*(<\?xml[^>]*\?>\s*)?<(project|flow-definition)[\s>]/.test(xml)) return undefined;
  const text = (tag: string) => textOf(xml, tag);
  const waiting =
    /<hudson\.plugins\.parameterizedtrigger\.TriggerBuilder[\s\S]*?<\/hudson\.plugins\.parameterizedtrigger\.TriggerBuilder>/g;
  return {
    description: text("description") ?? "",
    disabled: text("disabled") === "true",
    hasParameters: xml.includes("<hudson.model.ParametersDefinitionProperty"),
    waitsFor: [...xml.matchAll(waiting)].flatMap(([block]) => textOf(block, "projects") ?? []),
  };
}

/** A job's configuration once it was switched off. */
export function disabled(xml: string): string {
  return xml.replace(/<disabled>[^<]*<\/disabled>/, "<disabled>true</disabled>");
}

function textOf(xml: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return found?.replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

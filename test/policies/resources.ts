import { declaredOf, type Declared } from "../../policies/judge/declared";
import type { Judgement } from "../../policies/judge/policy";
import type { Resource } from "../../policies/judge/resource";
import type { Values } from "../../engine/values";

/** What the stack of these resources declares. */
export function declaring(backups: object = {}): Declared {
  const zones = { "acme.dev": "a".repeat(32), "shop.example": "b".repeat(32) };
  return declaredOf({ agency: { name: "acme", awsAccount: "413528927365", zones }, backups });
}

type Given = Partial<Omit<Resource, "inputs">> & { readonly stack?: string };

/** A resource as the engine would show it, named after its type unless told otherwise. */
export function resource(type: string, inputs: Values, given: Given = {}): Resource {
  const { stack = "prod", ...rest } = given;
  const name = given.name ?? type.split(":").at(-1)!.toLowerCase();
  return {
    urn: `urn:pulumi:${stack}::berth::${type}::${given.parent?.name ?? ""}/${name}`,
    type,
    name,
    inputs,
    secrets: [],
    protect: false,
    ignoreChanges: [],
    parent: undefined,
    dependencies: {},
    provider: undefined,
    ...rest,
  };
}

/** A production node that nothing restricts, unless told otherwise. */
export function node(facts: Values = {}, given: Given = {}): Resource {
  const inputs: Values = {
    node: "shop",
    environment: "prod",
    projects: ["shop"],
    needs: [],
    residency: "anywhere",
    provider: "scaleway",
    region: "fr-par-1",
    rule: { name: "unrestricted", number: 4 },
    clientServer: false,
    adopted: false,
    manage: ["people", "firewall", "proxy", "deploy"],
    retired: false,
    ...facts,
  };
  return resource("berth:index:ProjectNode", inputs, {
    name: String(inputs["node"]),
    ...given,
  });
}

export const canadian: Values = {
  residency: "canada",
  provider: "digitalocean",
  region: "tor1",
  rule: { name: "canada", number: 3 },
};

export function droplet(inputs: Values, parent: Resource, given: Given = {}): Resource {
  return resource("digitalocean:index/droplet:Droplet", inputs, { parent, ...given });
}

/** A node's backup credential with the policy and the key that make it one. */
export function credential(
  parent: Resource,
  document: unknown,
  facts: Values = { project: "shop", bucket: "acme-backups", region: "us-east-1" },
): readonly Resource[] {
  const component = resource("berth:backups:BackupCredential", facts, { parent });
  return [
    component,
    resource(
      "aws:iam/userPolicy:UserPolicy",
      { policy: typeof document === "object" ? JSON.stringify(document) : (document as never) },
      { parent: component },
    ),
    resource("aws:iam/accessKey:AccessKey", {}, { parent: component }),
  ];
}

/** The refusal that keeps an archive from being replaced. */
export const onlyNewNames = {
  Effect: "Deny",
  Action: "s3:PutObject",
  Resource: "*",
  Condition: {
    Null: { "s3:if-none-match": "true" },
    BoolIfExists: { "s3:ObjectCreationOperation": "true" },
  },
};

/** A policy document that grants something, and never to replace. */
export function document(
  Action: readonly string[] = ["s3:PutObject", "s3:AbortMultipartUpload"],
  Resource = "arn:aws:s3:::acme-backups/backups/shop/*",
) {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource }, onlyNewNames],
  };
}

/** What was found, as people read it: a violation's message, or the property not judged. */
export function told(findings: Iterable<Judgement>): string[] {
  return [...findings].map((finding) =>
    finding.kind === "violation"
      ? finding.message
      : `not judged: ${finding.resource?.name ?? "stack"}.${finding.property}`,
  );
}

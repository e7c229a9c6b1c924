import { objectArn, statements } from "./iam";
import { below, input, type Resource } from "./resource";
import { projectNode } from "./types";
import { strings, unknown } from "../../engine/values";

const writerPolicy = "aws:iam/userPolicy:UserPolicy";
const accessKey = "aws:iam/accessKey:AccessKey";

/** Where a node's machine may write a project's archives. */
export interface Grant {
  readonly resource: Resource;
  readonly project: string;
  readonly bucket: string;
}

/** Nodes of a stack with the projects on them; `unknown` when a node does not say yet. */
export function nodesOf(
  resources: readonly Resource[],
): readonly { readonly node: Resource; readonly projects: readonly string[] | typeof unknown }[] {
  return resources
    .filter(({ type }) => type === projectNode)
    .map((node) => ({
      node,
      projects: node.inputs === undefined ? unknown : strings(input(node, "projects")),
    }));
}

/**
 * What the credentials below a node may write, read from the IAM policies themselves; a policy
 * counts only with an access key beside it. Policies that are not known yet are in `missing`.
 */
export function grantsOf(
  node: Resource,
  resources: readonly Resource[],
): { readonly grants: readonly Grant[]; readonly missing: readonly Resource[] } {
  const inside = below(node, resources);
  const withKey = inside.filter(
    (policy) =>
      policy.type === writerPolicy &&
      inside.some((key) => key.type === accessKey && key.parent?.urn === policy.parent?.urn),
  );
  return {
    missing: withKey.filter((policy) => statements(policy) === unknown),
    grants: withKey.flatMap((resource) => {
      const found = statements(resource);
      if (found === unknown || found === undefined) return [];
      return found
        .filter(({ effect, actions }) => effect === "Allow" && actions.includes("s3:PutObject"))
        .flatMap(({ resources: arns }) => arns)
        .flatMap((arn) => {
          const { bucket, key } = objectArn(arn) ?? {};
          const project = /^(?:stage\/)?backups\/([^/]+)\/\*$/.exec(key ?? "")?.[1];
          return bucket === undefined || project === undefined
            ? []
            : [{ resource, project, bucket }];
        });
    }),
  };
}

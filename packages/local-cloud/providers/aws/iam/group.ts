import type { Context } from "../../../emulator/handler";
import type { ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { failed } from "../errors";
import { iamArn, newIamId } from "../ids";
import { really } from "../really";

const kind = "aws/group";

/** IAM groups. Who is in one is nothing of the group's: members stay whatever is done to it. */
export const group: ResourceTable = {
  type: "aws:iam/group:Group",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    name: {
      type: "string",
      refuse: (value) =>
        typeof value === "string" && value !== UNKNOWN && !/^[\w+=,.@-]+$/.test(value)
          ? `invalid value for name (must only contain alphanumeric characters, hyphens, underscores, commas, periods, @ symbols, plus and equals signs)`
          : undefined,
    },
    path: { type: "string", default: "/" },
  },
  outputs: { arn: UNKNOWN, uniqueId: UNKNOWN },
  adjustPlan: (outputs, news, olds) =>
    olds && ["name", "path"].some((key) => news[key] !== olds[key])
      ? { ...outputs, arn: UNKNOWN }
      : outputs,
  api: {
    async create(inputs, _planned, context) {
      const [name, path] = [String(inputs["name"]), String(inputs["path"])];
      const doing = `creating IAM Group (${name})`;
      refuseTaken(name, doing, "CreateGroup", context);
      await really(context, { doing, service: "IAM", action: "CreateGroup" }, ({ people }) =>
        people.createGroup(name, path),
      );
      const arn = iamArn(context, `group${path}${name}`);
      return { id: name, outputs: { arn, uniqueId: newIamId("AGPA", 17) } };
    },
    async update(id, { olds, news, planned }, context) {
      const [before, name, path] = [olds["name"], news["name"], news["path"]].map(String);
      const doing = `updating IAM Group (${id})`;
      if (name !== before) refuseTaken(name!, doing, "UpdateGroup", context);
      await really(context, { doing, service: "IAM", action: "UpdateGroup" }, ({ people }) =>
        people.changeGroup(before!, name!, path!),
      );
      return { ...planned, arn: iamArn(context, `group${path}${name}`) };
    },
    async delete(id, outputs, context) {
      const name = String(outputs["name"]);
      const doing = `deleting IAM Group (${id})`;
      const policies = context.world.list("aws/group-policy");
      if (policies.some(({ data }) => data["group"] === name)) {
        throw failed(doing, {
          service: "IAM",
          action: "DeleteGroup",
          status: 409,
          code: "DeleteConflict",
          message: "Cannot delete entity, must delete policies first.",
          typed: true,
        });
      }
      await really(context, { doing, service: "IAM", action: "DeleteGroup" }, ({ people }) =>
        people.removeGroup(name),
      );
    },
  },
};

/** Names of groups are the same in either case. */
function refuseTaken(name: string, doing: string, action: string, context: Context): void {
  const taken = context.world
    .list(kind)
    .some(({ data }) => String(data["name"]).toLowerCase() === name.toLowerCase());
  if (!taken) return;
  throw failed(doing, {
    service: "IAM",
    action,
    status: 409,
    code: "EntityAlreadyExists",
    message: `Group with name ${name} already exists.`,
    typed: true,
  });
}

/** Refuses what belongs to a group that is not there. */
export function requireGroup(name: string, doing: string, action: string, context: Context): void {
  if (context.world.list(kind).some(({ data }) => data["name"] === name)) return;
  throw failed(doing, {
    service: "IAM",
    action,
    status: 404,
    code: "NoSuchEntity",
    message: `The group with name ${name} cannot be found.`,
    typed: true,
  });
}

import type { Context } from "../../../emulator/handler";
import type { ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { failed } from "../errors";
import { iamArn, newIamId } from "../ids";
import { really } from "../really";
import { tags } from "../resource";

const kind = "aws/user";

/** IAM users. IAM is global: no region. */
export const user: ResourceTable = {
  type: "aws:iam/user:User",
  style: "sdkv2",
  kind,
  autoName: "name",
  inputs: {
    ...tags,
    name: {
      type: "string",
      refuse: (value) =>
        typeof value === "string" && value !== UNKNOWN && !/^[\w+=,.@-]{1,64}$/.test(value)
          ? `invalid value for name (must only contain alphanumeric characters, hyphens, underscores, commas, periods, @ symbols, plus and equals signs)`
          : undefined,
    },
    path: { type: "string", default: "/" },
    permissionsBoundary: { type: "string" },
    forceDestroy: { type: "boolean", default: false },
  },
  outputs: { arn: UNKNOWN, uniqueId: UNKNOWN },
  api: {
    async create(inputs, _planned, context) {
      const name = String(inputs["name"]);
      refuseTaken(name, context);
      const doing = `creating IAM User (${name})`;
      await really(context, { doing, service: "IAM", action: "CreateUser" }, ({ people }) =>
        people.createUser(name, String(inputs["path"])),
      );
      return {
        id: name,
        outputs: {
          arn: iamArn(context, `user${String(inputs["path"])}${name}`),
          permissionsBoundary: inputs["permissionsBoundary"] ?? "",
          uniqueId: newIamId("AIDA", 17),
        },
      };
    },
    async update(id, { news, planned }, context) {
      const name = String(news["name"]);
      if (name !== id) {
        refuseTaken(name, context);
        const doing = `updating IAM User (${id})`;
        await really(context, { doing, service: "IAM", action: "UpdateUser" }, ({ people }) =>
          people.renameUser(id, name),
        );
      }
      return { ...planned, arn: iamArn(context, `user${String(news["path"])}${name}`) };
    },
    async delete(id, outputs, context) {
      const owned = ["aws/access-key", "aws/user-policy"].flatMap((what) =>
        context.world.list(what).filter(({ data }) => data["user"] === id),
      );
      if (owned.length > 0 && outputs["forceDestroy"] !== true) {
        const first = owned[0]!.kind === "aws/access-key" ? "access keys" : "policies";
        throw failed(`deleting IAM User (${id})`, {
          service: "IAM",
          action: "DeleteUser",
          status: 409,
          code: "DeleteConflict",
          message: `Cannot delete entity, must delete ${first} first.`,
          typed: true,
        });
      }
      const doing = `deleting IAM User (${id})`;
      await really(context, { doing, service: "IAM", action: "DeleteUser" }, ({ people }) =>
        people.removeUser(id),
      );
      for (const entity of owned) context.world.remove(entity.kind, entity.id);
    },
  },
};

function refuseTaken(name: string, context: Context): void {
  if (!context.world.get(kind, name)) return;
  throw failed(`creating IAM User (${name})`, {
    service: "IAM",
    action: "CreateUser",
    status: 409,
    code: "EntityAlreadyExists",
    message: `User with name ${name} already exists.`,
    typed: true,
  });
}

/** Refuses what belongs to a user that is not there. */
export function requireUser(name: string, doing: string, action: string, context: Context): void {
  if (context.world.get(kind, name)) return;
  throw failed(doing, {
    service: "IAM",
    action,
    status: 404,
    code: "NoSuchEntity",
    message: `The user with name ${name} cannot be found.`,
    typed: true,
  });
}

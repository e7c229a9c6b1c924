import { ProviderError, type Context } from "../../../emulator/handler";
import type { ResourceTable } from "../../../emulator/table";
import type { Props } from "../../../emulator/values";
import { normalPolicy, refusePolicy, samePolicy } from "../policy-json";
import { really } from "../really";
import { requireUser } from "./user";

/** A policy written into a user; its id is `user:policy`. */
export const userPolicy: ResourceTable = {
  type: "aws:iam/userPolicy:UserPolicy",
  style: "sdkv2",
  kind: "aws/user-policy",
  autoName: "name",
  inputs: {
    name: { type: "string", forceNew: true },
    namePrefix: { type: "string", computed: true, forceNew: true },
    policy: {
      type: "string",
      required: true,
      same: samePolicy,
      refuse: refusePolicy,
      toState: normalPolicy,
    },
    user: { type: "string", required: true, forceNew: true },
  },
  outputs: {},
  api: {
    async create(inputs, _planned, context) {
      const id = `${String(inputs["user"])}:${String(inputs["name"])}`;
      requireUser(String(inputs["user"]), putting(inputs), "PutUserPolicy", context);
      await put(inputs, context);
      return { id, outputs: { namePrefix: "" } };
    },
    async update(_id, { news, planned }, context) {
      await put(news, context);
      return planned;
    },
    async delete(id, outputs, context) {
      const doing = `deleting IAM User Policy (${id})`;
      await really(context, { doing, service: "IAM", action: "DeleteUserPolicy" }, ({ people }) =>
        people.removePolicy("user", String(outputs["user"]), String(outputs["name"])),
      );
    },
    importId: (id) => {
      if (!/^[^:]+:[^:]+$/.test(id)) {
        throw new ProviderError("id must be of the form <user name>:<policy name>");
      }
      return id;
    },
  },
};

function putting(inputs: Props): string {
  return `putting IAM User (${String(inputs["user"])}) Policy (${String(inputs["name"])})`;
}

async function put(inputs: Props, context: Context): Promise<void> {
  const doing = { doing: putting(inputs), service: "IAM", action: "PutUserPolicy" } as const;
  const [user, name, policy] = ["user", "name", "policy"].map((key) => String(inputs[key]));
  await really(context, doing, ({ people }) => people.putPolicy("user", user!, name!, policy!));
}

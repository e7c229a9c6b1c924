import { ProviderError, type Context } from "../../../emulator/handler";
import type { ResourceTable } from "../../../emulator/table";
import type { Props } from "../../../emulator/values";
import { normalPolicy, refusePolicy, samePolicy } from "../policy-json";
import { really } from "../really";

/** Who a policy is written into. */
export interface Owner {
  readonly kind: "user" | "group";
  /** As the provider and the API write it: `User`. */
  readonly word: "User" | "Group";
  /** The text for an id that import does not take. */
  readonly badId: string;
  /** Refuses one that is not there. */
  readonly require: (name: string, doing: string, action: string, context: Context) => void;
}

/** A policy written into a user or a group; its id is `owner:policy`. */
export function inlinePolicy({ kind, word, badId, require }: Owner): ResourceTable {
  const putting = (inputs: Props) =>
    `putting IAM ${word} (${String(inputs[kind])}) Policy (${String(inputs["name"])})`;
  const put = async (inputs: Props, context: Context) => {
    const doing = { doing: putting(inputs), service: "IAM", action: `Put${word}Policy` } as const;
    const [owner, name, policy] = [kind, "name", "policy"].map((key) => String(inputs[key]));
    await really(context, doing, ({ people }) => people.putPolicy(kind, owner!, name!, policy!));
  };
  return {
    type: `aws:iam/${kind}Policy:${word}Policy`,
    style: "sdkv2",
    kind: `aws/${kind}-policy`,
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
      [kind]: { type: "string", required: true, forceNew: true },
    },
    outputs: {},
    api: {
      async create(inputs, _planned, context) {
        const owner = String(inputs[kind]);
        require(owner, putting(inputs), `Put${word}Policy`, context);
        await put(inputs, context);
        return { id: `${owner}:${String(inputs["name"])}`, outputs: { namePrefix: "" } };
      },
      async update(_id, { news, planned }, context) {
        await put(news, context);
        return planned;
      },
      async delete(id, outputs, context) {
        const doing = `deleting IAM ${word} Policy (${id})`;
        const action = `Delete${word}Policy`;
        await really(context, { doing, service: "IAM", action }, ({ people }) =>
          people.removePolicy(kind, String(outputs[kind]), String(outputs["name"])),
        );
      },
      importId: (id) => {
        if (!/^[^:]+:[^:]+$/.test(id)) throw new ProviderError(badId);
        return id;
      },
    },
  };
}

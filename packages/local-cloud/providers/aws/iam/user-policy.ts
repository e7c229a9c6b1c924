import { ProviderError } from "../../../emulator/handler";
import type { ResourceTable } from "../../../emulator/table";
import { normalPolicy, refusePolicy, samePolicy } from "../policy-json";
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
    create(inputs, _planned, context) {
      const id = `${String(inputs["user"])}:${String(inputs["name"])}`;
      requireUser(
        String(inputs["user"]),
        `putting IAM User (${String(inputs["user"])}) Policy (${String(inputs["name"])})`,
        "PutUserPolicy",
        context,
      );
      return { id, outputs: { namePrefix: "" } };
    },
    update: (_id, { planned }) => planned,
    importId: (id) => {
      if (!/^[^:]+:[^:]+$/.test(id)) {
        throw new ProviderError("id must be of the form <user name>:<policy name>");
      }
      return id;
    },
  },
};

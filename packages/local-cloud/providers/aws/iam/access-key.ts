import { createHmac, randomBytes } from "node:crypto";

import type { ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { failed } from "../errors";
import { newIamId, stamp } from "../ids";
import { really } from "../really";
import { requireUser } from "./user";

const kind = "aws/access-key";

/** Access keys. The secret is shown once, at creation, and only ever kept as a secret output. */
export const accessKey: ResourceTable = {
  type: "aws:iam/accessKey:AccessKey",
  style: "sdkv2",
  kind,
  inputs: {
    user: { type: "string", required: true, forceNew: true },
    pgpKey: { type: "string", forceNew: true },
    status: { type: "string", default: "Active", oneOf: ["Active", "Inactive", "Expired"] },
  },
  outputs: {
    createDate: UNKNOWN,
    encryptedSecret: UNKNOWN,
    encryptedSesSmtpPasswordV4: UNKNOWN,
    keyFingerprint: UNKNOWN,
    secret: UNKNOWN,
    sesSmtpPasswordV4: UNKNOWN,
  },
  secretOutputs: ["secret", "sesSmtpPasswordV4"],
  api: {
    async create(inputs, _planned, context) {
      const user = String(inputs["user"]);
      const doing = `creating IAM Access Key (${user})`;
      requireUser(user, doing, "CreateAccessKey", context);
      const held = context.world.list(kind).filter(({ data }) => data["user"] === user);
      if (held.length >= 2) {
        throw failed(doing, {
          service: "IAM",
          action: "CreateAccessKey",
          status: 409,
          code: "LimitExceeded",
          message: "Cannot exceed quota for AccessKeysPerUser: 2",
          typed: true,
        });
      }
      const key = await really(context, { doing, ...at("CreateAccessKey") }, async ({ people }) => {
        const made = await people.createKey(user);
        if (inputs["status"] !== "Active")
          await people.setKeyStatus(user, made.accessKeyId, "Inactive");
        return made;
      });
      const secret = key?.secretAccessKey ?? randomBytes(30).toString("base64");
      return {
        id: key?.accessKeyId ?? newIamId("AKIA"),
        outputs: {
          createDate: stamp(context),
          encryptedSecret: null,
          encryptedSesSmtpPasswordV4: null,
          keyFingerprint: null,
          secret,
          sesSmtpPasswordV4: smtpPassword(secret),
        },
      };
    },
    async update(id, { news, planned }, context) {
      const status = news["status"] === "Active" ? "Active" : "Inactive";
      const doing = `updating IAM Access Key (${id})`;
      await really(context, { doing, ...at("UpdateAccessKey") }, ({ people }) =>
        people.setKeyStatus(String(news["user"]), id, status),
      );
      return planned;
    },
    async delete(id, outputs, context) {
      const doing = `deleting IAM Access Key (${id})`;
      await really(context, { doing, ...at("DeleteAccessKey") }, ({ people }) =>
        people.removeKey(String(outputs["user"]), id),
      );
    },
  },
};

function at(action: string) {
  return { service: "IAM", action } as const;
}

/** SES derives its SMTP password from the secret (AWS's published algorithm, version 4). */
function smtpPassword(secret: string): string {
  const sign = (key: Buffer | string, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const parts = ["us-east-1", "ses", "aws4_request", "SendRawEmail"];
  const signature = parts.reduce<Buffer>(sign, sign(`AWS4${secret}`, "11111111"));
  return Buffer.concat([Buffer.from([4]), signature]).toString("base64");
}

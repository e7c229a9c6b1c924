import type { InvokeHandler } from "../../../emulator/handler";
import { imageParameter, images } from "../ec2/catalog";
import { apiError } from "../errors";
import { regionOf } from "../ids";
import { lookupFailed } from "./failed";

/** Systems Manager parameters: Canonical's public ones, and those of the world. */
export const getParameter: InvokeHandler = (args, context) => {
  const name = String(args["name"]);
  const region = regionOf(args, context);
  const image = images.find((item) => imageParameter(item) === name);
  const stored = context.world.get("aws/parameter", name)?.data;
  if (!image && !stored) {
    throw lookupFailed(
      `reading SSM Parameter (${name})`,
      apiError({
        service: "SSM",
        action: "GetParameter",
        status: 400,
        code: "ParameterNotFound",
        message: "",
        typed: true,
      }),
    );
  }
  const value = image?.id ?? String(stored?.["value"]);
  const type = image ? "String" : String(stored?.["type"] ?? "String");
  return Promise.resolve({
    arn: `arn:aws:ssm:${region}::parameter${name}`,
    id: name,
    insecureValue: type === "SecureString" ? "" : value,
    name,
    region,
    type,
    value,
    version: image ? 1 : Number(stored?.["version"] ?? 1),
    withDecryption: args["withDecryption"] ?? true,
  });
};

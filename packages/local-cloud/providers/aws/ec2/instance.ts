import type { Context } from "../../../emulator/handler";
import type { DiffDraft, ResourceTable } from "../../../emulator/table";
import { isObject, UNKNOWN, type Props } from "../../../emulator/values";
import { failed } from "../errors";
import { ec2Arn, newId, regionOf } from "../ids";
import { images, instanceTypes } from "./catalog";
import { settle } from "./instance-defaults";
import { instanceInputs } from "./instance-inputs";
import { dropOwnAddress, hasDefaultNetwork, ownAddress, publicDns } from "./network";
import { refreshInstance } from "./openings";
import { machineOf } from "./machine";

const kind = "aws/instance";

/** EC2 instances. `userData` stands in the state in clear, as version 7 keeps it. */
export const instance: ResourceTable = {
  type: "aws:ec2/instance:Instance",
  style: "sdkv2",
  kind,
  inputs: instanceInputs,
  outputs: {
    arn: UNKNOWN,
    instanceLifecycle: UNKNOWN,
    instanceState: UNKNOWN,
    outpostArn: UNKNOWN,
    passwordData: UNKNOWN,
    primaryNetworkInterfaceId: UNKNOWN,
    privateDns: UNKNOWN,
    publicDns: UNKNOWN,
    publicIp: UNKNOWN,
    spotInstanceRequestId: UNKNOWN,
  },
  validate: (inputs) =>
    ["ami", "instanceType"]
      .filter((key) => inputs[key] === undefined && inputs["launchTemplate"] === undefined)
      .map((key) => ({
        property: "",
        reason: `Missing required argument. "${key === "ami" ? "ami" : "instance_type"}": one of \`${
          key === "ami" ? "ami" : "instance_type"
        },launch_template\` must be specified`,
      })),
  adjustDiff,
  api: {
    async create(inputs, planned, context, subject) {
      refuse(inputs, context);
      refuseWithoutNetwork(inputs, context);
      const id = context.assignedId ?? newId("i");
      const outputs = settle(id, inputs, planned, context);
      await context.machines.create({
        id: machineOf(id),
        name: nameOf(inputs) ?? subject.name,
        cloud: "aws",
        address: String(outputs["publicIp"] || outputs["privateIp"]),
        login: "ubuntu",
        userData: userDataOf(inputs),
        ...originOf(inputs, context),
      });
      // The firewall looks the instance up, and the caller records it only after this call.
      context.world.put(kind, id, { ...planned, ...outputs, id });
      await refreshInstance(id, context);
      return { id, outputs: { ...outputs, arn: ec2Arn(inputs, context, `instance/${id}`) } };
    },
    async update(id, { olds, news, planned }, context) {
      refuse({ ...news, ami: undefined, keyName: undefined }, context);
      refuseSmallerDisk(id, news, context);
      const now = context.world.get(kind, id)?.data ?? olds;
      const fresh: Props = { ...planned, publicIp: now["publicIp"], publicDns: now["publicDns"] };
      if (needsStop(olds, news)) Object.assign(fresh, await restart(id, now, news, context));
      if (isObject(planned["rootBlockDevice"])) {
        fresh["rootBlockDevice"] = {
          ...known(now["rootBlockDevice"]),
          ...known(planned["rootBlockDevice"]),
        };
      }
      context.world.put(kind, id, { ...now, ...fresh });
      await refreshInstance(id, context);
      return fresh;
    },
    async delete(id, outputs, context) {
      const data = context.world.get(kind, id)?.data ?? outputs;
      if (data["disableApiTermination"] === true && data["forceDestroy"] !== true) {
        throw failed(`terminating EC2 Instance (${id})`, {
          service: "EC2",
          action: "TerminateInstances",
          status: 400,
          code: "OperationNotPermitted",
          message: `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        });
      }
      for (const association of context.world.list("aws/eip-association")) {
        if (association.data["instanceId"] !== id) continue;
        context.world.remove("aws/eip-association", association.id);
        context.world.patch("aws/eip", String(association.data["allocationId"]), {
          associationId: "",
          instance: "",
          networkInterface: "",
        });
      }
      dropOwnAddress(id, context);
      await context.machines.delete(machineOf(id));
    },
  },
};

/** New user data is an update unless `userDataReplaceOnChange` asks for a new machine. */
function adjustDiff(draft: DiffDraft, { news }: { news: Props }): DiffDraft {
  const replaces = new Set(draft.replaces);
  const paths = { ...draft.paths };
  for (const key of ["userData", "userDataBase64"]) {
    if (key in paths && news["userDataReplaceOnChange"] === true) replaces.add(key);
  }
  // Only two members of the root disk cannot be changed in place.
  const rootFixed = Object.keys(paths).some((path) =>
    /^rootBlockDevice\.(encrypted|kmsKeyId)$/.test(path),
  );
  if (rootFixed) replaces.add("rootBlockDevice");
  return { paths, replaces: [...replaces].sort() };
}

/** EC2 gives a type or user data only to a stopped instance. */
function needsStop(olds: Props, news: Props): boolean {
  return ["instanceType", "userData", "userDataBase64"].some(
    (key) => news[key] !== undefined && news[key] !== olds[key],
  );
}

/** A stop and start keeps an Elastic IP and gives any other instance a new public address. */
async function restart(id: string, now: Props, news: Props, context: Context): Promise<Props> {
  await context.machines.stop(machineOf(id));
  const elastic = context.world.find("aws/eip-association", (data) => data["instanceId"] === id);
  if (elastic || now["publicIp"] === "") {
    await context.machines.start(machineOf(id));
    return {};
  }
  dropOwnAddress(id, context);
  const publicIp = ownAddress(id, context);
  await context.machines.start(machineOf(id), publicIp);
  return { publicIp, publicDns: publicDns(publicIp, regionOf(news, context)) };
}

function refuse(inputs: Props, context: Context): void {
  const refusal = (code: string, message: string) =>
    failed("creating EC2 Instance", {
      service: "EC2",
      action: "RunInstances",
      status: 400,
      code,
      message,
    });
  const ami = inputs["ami"];
  if (ami !== undefined) {
    if (!/^ami-[0-9a-f]{8}([0-9a-f]{9})?$/.test(String(ami))) {
      throw refusal("InvalidAMIID.Malformed", `Invalid id: "${String(ami)}"`);
    }
    if (!images.some(({ id }) => id === ami) && !context.world.get("aws/ami", String(ami))) {
      throw refusal("InvalidAMIID.NotFound", `The image id '[${String(ami)}]' does not exist`);
    }
  }
  const type = String(inputs["instanceType"]);
  if (!instanceTypes[type]) {
    throw refusal("InvalidParameterValue", `Invalid value '${type}' for InstanceType.`);
  }
  const key = inputs["keyName"];
  if (key !== undefined && !context.world.get("aws/key-pair", String(key))) {
    throw refusal("InvalidKeyPair.NotFound", `The key pair '${String(key)}' does not exist`);
  }
  for (const group of (inputs["vpcSecurityGroupIds"] as string[] | undefined) ?? []) {
    if (!context.world.get("aws/security-group", group)) {
      throw refusal("InvalidGroup.NotFound", `The security group '${group}' does not exist`);
    }
  }
}

function refuseWithoutNetwork(inputs: Props, context: Context): void {
  if (inputs["subnetId"] !== undefined || hasDefaultNetwork(inputs, context)) return;
  throw failed("creating EC2 Instance", {
    service: "EC2",
    action: "RunInstances",
    status: 400,
    code: "VPCIdNotSpecified",
    message: "No default VPC for this user",
  });
}

/** EC2 grows a volume while the instance runs, and never shrinks one. */
function refuseSmallerDisk(id: string, news: Props, context: Context): void {
  const has = known(context.world.get(kind, id)?.data["rootBlockDevice"]);
  const wanted = known(news["rootBlockDevice"])["volumeSize"];
  if (typeof wanted !== "number" || wanted >= Number(has["volumeSize"])) return;
  throw failed(`updating EC2 Instance (${id}) volume (${String(has["volumeId"])})`, {
    service: "EC2",
    action: "ModifyVolume",
    status: 400,
    code: "InvalidParameterValue",
    message: "New size cannot be smaller than existing size",
  });
}

/** An image made of an instance holds that instance's disk. */
function originOf(inputs: Props, context: Context): { from?: string } {
  const image = context.world.get("aws/ami", String(inputs["ami"]));
  return image?.data["sourceInstanceId"] === undefined ? {} : { from: image.id };
}

function userDataOf(inputs: Props): string {
  const encoded = inputs["userDataBase64"];
  if (typeof encoded === "string") return Buffer.from(encoded, "base64").toString("utf8");
  return String(inputs["userData"] ?? "");
}

function nameOf(inputs: Props): string | undefined {
  const own = inputs["tags"];
  return isObject(own) && typeof own["Name"] === "string" ? own["Name"] : undefined;
}

function known(value: unknown): Props {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== UNKNOWN));
}

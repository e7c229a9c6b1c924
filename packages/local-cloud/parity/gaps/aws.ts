import type { Gap } from "../gap";

const instance = "aws:ec2/instance:Instance";

const former = "the recording is of version 6.31; the emulated 7.48 has it, as its SDK shows.";
const gone = "the recording is of version 6.31; 7.48 has it no more, as its SDK shows.";
const empty = "6.31 left out what has no value; what 7.48 shows then is not known.";

const added = (field: string, emulated: string, aspect: Gap["aspect"] = "output"): Gap => ({
  type: instance,
  field,
  aspect,
  recorded: "absent",
  emulated,
  reason: former,
});

/**
 * Differences from the few recorded calls of AWS that are accepted, and why. There is no recording of
 * the emulated version.
 */
export const awsGaps: readonly Gap[] = [
  {
    type: instance,
    field: "__defaults",
    aspect: "check",
    recorded: '["getPasswordData","sourceDestCheck","userDataReplaceOnChange"]',
    emulated: '["forceDestroy","getPasswordData","sourceDestCheck","userDataReplaceOnChange"]',
    reason: former,
  },
  added("forceDestroy", "false", "check"),
  added("region", '"us-west-2"', "check"),
  added("forceDestroy", "null"),
  added("enablePrimaryIpv6", "null"),
  added("hostResourceGroupArn", "null"),
  added("placementGroupId", "empty"),
  added("primaryNetworkInterface", "{deleteOnTermination: true, networkInterfaceId: eni- + hex}"),
  added("region", "text"),
  added("secondaryNetworkInterfaces", "[]"),
  ...["cpuCoreCount", "cpuThreadsPerCore"].map((field): Gap => ({
    type: instance,
    field,
    aspect: "output",
    recorded: "number",
    emulated: "absent",
    reason: gone,
  })),
  ...["userData", "userDataBase64", "volumeTags"].map((field): Gap => ({
    ...added(field, "null"),
    reason: empty,
  })),
  {
    type: instance,
    field: "metadataOptions",
    aspect: "output",
    recorded:
      '{httpEndpoint: "enabled", httpProtocolIpv6: "disabled", httpPutResponseHopLimit: number, httpTokens: "optional", instanceMetadataTags: "disabled"}',
    emulated:
      '{httpEndpoint: "enabled", httpProtocolIpv6: "disabled", httpPutResponseHopLimit: number, httpTokens: "required", instanceMetadataTags: "disabled"}',
    reason:
      "the image of the recording is from 2018 and allows the metadata service without a session; images of today demand one, and the program asks for that.",
  },
];

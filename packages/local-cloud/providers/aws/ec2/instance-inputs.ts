import type { Field } from "../../../emulator/table";
import { region, tags } from "../resource";

const computedObject = (fields: Readonly<Record<string, Field>>, forceNew = false): Field => ({
  type: "object",
  computed: true,
  forceNew,
  fields,
});

const text: Field = { type: "string", computed: true };
const flag: Field = { type: "boolean", computed: true };
const number: Field = { type: "integer", computed: true };
const fixedText: Field = { type: "string", computed: true, forceNew: true };
const fixedFlag: Field = { type: "boolean", computed: true, forceNew: true };

const volumeTypes = ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"];

/**
 * Inputs of `aws_instance`. Sources: the provider's schema, and for defaults and computed values
 * the recorded calls of earlier versions.
 */
export const instanceInputs: Readonly<Record<string, Field>> = {
  region,
  ...tags,
  ami: fixedText,
  instanceType: text,
  keyName: fixedText,
  subnetId: fixedText,
  availabilityZone: fixedText,
  associatePublicIpAddress: fixedFlag,
  privateIp: fixedText,
  tenancy: fixedText,
  placementGroup: fixedText,
  placementGroupId: fixedText,
  placementPartitionNumber: { type: "integer", computed: true, forceNew: true },
  hostId: fixedText,
  hostResourceGroupArn: { type: "string", computed: true },
  ebsOptimized: fixedFlag,
  enablePrimaryIpv6: fixedFlag,
  ipv6AddressCount: { type: "integer", computed: true, forceNew: true },
  ipv6Addresses: { type: "list", computed: true, forceNew: true },
  securityGroups: { type: "set", computed: true, forceNew: true },
  vpcSecurityGroupIds: { type: "set", computed: true },
  secondaryPrivateIps: { type: "set", computed: true },
  hibernation: { type: "boolean", forceNew: true },
  disableApiStop: flag,
  disableApiTermination: flag,
  monitoring: flag,
  forceDestroy: { type: "boolean", default: false },
  getPasswordData: { type: "boolean", default: false },
  sourceDestCheck: { type: "boolean", default: true },
  iamInstanceProfile: text,
  instanceInitiatedShutdownBehavior: text,
  userData: {
    type: "string",
    refuse: (value) =>
      typeof value === "string" && value.length > 16384
        ? `expected length of user_data to be in the range (0 - 16384), got ${value.length} characters`
        : undefined,
  },
  userDataBase64: { type: "string", computed: true },
  userDataReplaceOnChange: { type: "boolean", default: false },
  volumeTags: { type: "map" },
  rootBlockDevice: computedObject({
    deleteOnTermination: { type: "boolean", default: true },
    deviceName: text,
    encrypted: fixedFlag,
    iops: number,
    kmsKeyId: fixedText,
    tags: { type: "map" },
    tagsAll: { type: "map", absent: {} },
    throughput: number,
    volumeId: text,
    volumeSize: number,
    volumeType: { type: "string", computed: true, oneOf: volumeTypes },
  }),
  metadataOptions: computedObject({
    httpEndpoint: { type: "string", computed: true, oneOf: ["disabled", "enabled"] },
    httpProtocolIpv6: { type: "string", default: "disabled" },
    httpPutResponseHopLimit: number,
    httpTokens: { type: "string", computed: true, oneOf: ["optional", "required"] },
    instanceMetadataTags: { type: "string", computed: true },
  }),
  creditSpecification: computedObject({ cpuCredits: { type: "string" } }),
  capacityReservationSpecification: computedObject({
    capacityReservationPreference: { type: "string" },
  }),
  cpuOptions: computedObject({ amdSevSnp: text, coreCount: number, threadsPerCore: number }, true),
  enclaveOptions: computedObject({ enabled: flag }, true),
  maintenanceOptions: computedObject({ autoRecovery: text }),
  privateDnsNameOptions: computedObject({
    enableResourceNameDnsAaaaRecord: flag,
    enableResourceNameDnsARecord: flag,
    hostnameType: text,
  }),
  instanceMarketOptions: { type: "object", computed: true, forceNew: true },
  launchTemplate: { type: "object", forceNew: true },
  networkInterfaces: { type: "set", computed: true },
  primaryNetworkInterface: { type: "object", computed: true },
  secondaryNetworkInterfaces: { type: "set", computed: true },
  ebsBlockDevices: { type: "set", computed: true },
  ephemeralBlockDevices: { type: "set", computed: true, forceNew: true },
};

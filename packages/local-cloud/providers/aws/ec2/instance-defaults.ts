import type { Context } from "../../../emulator/handler";
import { isObject, UNKNOWN, type Props } from "../../../emulator/values";
import { newId, regionOf } from "../ids";
import { instanceTypes } from "./catalog";
import { defaultNetwork, nextPrivateAddress, ownAddress, privateDns, publicDns } from "./network";

/**
 * What AWS fills in when it makes an instance: everything the plan left unknown. Image defaults are
 * those of Ubuntu's (8 GiB gp3 root disk at /dev/sda1, metadata service version 2 required).
 */
export function settle(id: string, inputs: Props, planned: Props, context: Context): Props {
  const network = defaultNetwork(inputs, context);
  const region = regionOf(inputs, context);
  const wantedZone = inputs["availabilityZone"];
  const subnet =
    network.subnets.find(({ id, zone }) => inputs["subnetId"] === id || wantedZone === zone) ??
    network.subnets[0]!;
  const hardware = instanceTypes[String(inputs["instanceType"])]!;
  const hidden = inputs["associatePublicIpAddress"] === false;
  const publicIp = hidden ? "" : ownAddress(id, context);
  // The machine answers on one address: without a public one, that is its private one.
  const inside = hidden ? ownAddress(id, context) : nextPrivateAddress(context);
  const privateIp = String(inputs["privateIp"] ?? inside);
  const burstable = /^t\d/.test(String(inputs["instanceType"]));
  const filled: Props = {
    associatePublicIpAddress: publicIp !== "",
    availabilityZone: subnet.zone,
    capacityReservationSpecification: {
      capacityReservationPreference: "open",
      capacityReservationTarget: null,
    },
    cpuOptions: { amdSevSnp: "", coreCount: Math.ceil(hardware.vcpus / 2), threadsPerCore: 2 },
    creditSpecification: burstable ? { cpuCredits: credits(inputs) } : null,
    disableApiStop: false,
    disableApiTermination: false,
    ebsBlockDevices: [],
    ebsOptimized: false,
    enablePrimaryIpv6: null,
    enclaveOptions: { enabled: false },
    ephemeralBlockDevices: [],
    hostId: "",
    hostResourceGroupArn: null,
    iamInstanceProfile: "",
    instanceInitiatedShutdownBehavior: "stop",
    instanceMarketOptions: null,
    ipv6AddressCount: 0,
    ipv6Addresses: [],
    keyName: "",
    maintenanceOptions: { autoRecovery: "default" },
    metadataOptions: {},
    monitoring: false,
    networkInterfaces: [],
    placementGroup: "",
    placementGroupId: "",
    placementPartitionNumber: 0,
    primaryNetworkInterface: {
      deleteOnTermination: true,
      networkInterfaceId: newId("eni"),
    },
    privateDnsNameOptions: {
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAaaaRecord: false,
      hostnameType: "ip-name",
    },
    privateIp,
    rootBlockDevice: {},
    secondaryNetworkInterfaces: [],
    secondaryPrivateIps: [],
    securityGroups: inputs["vpcSecurityGroupIds"] === undefined ? ["default"] : [],
    subnetId: subnet.id,
    tenancy: "default",
    userDataBase64: null,
    vpcSecurityGroupIds: [network.groupId],
    // Outputs.
    arn: null,
    instanceLifecycle: "",
    instanceState: "running",
    outpostArn: "",
    passwordData: "",
    privateDns: privateDns(privateIp, region),
    publicDns: publicDns(publicIp, region),
    publicIp,
    spotInstanceRequestId: "",
    region,
  };
  const made = Object.fromEntries(
    Object.entries(filled).filter(([key]) => planned[key] === UNKNOWN),
  );
  const primary = filled["primaryNetworkInterface"] as Props;
  return {
    ...made,
    hibernation: planned["hibernation"] ?? false,
    primaryNetworkInterfaceId: primary["networkInterfaceId"],
    metadataOptions: merged(planned["metadataOptions"], {
      httpEndpoint: "enabled",
      httpProtocolIpv6: "disabled",
      httpPutResponseHopLimit: 2,
      httpTokens: "required",
      instanceMetadataTags: "disabled",
    }),
    rootBlockDevice: rootDisk(planned["rootBlockDevice"]),
    id,
  };
}

function credits(inputs: Props): string {
  return String(inputs["instanceType"]).startsWith("t2.") ? "standard" : "unlimited";
}

function rootDisk(planned: unknown): Props {
  const type = isObject(planned) ? planned["volumeType"] : UNKNOWN;
  const gp3 = type === UNKNOWN || type === "gp3";
  return merged(planned, {
    deleteOnTermination: true,
    deviceName: "/dev/sda1",
    encrypted: false,
    iops: gp3 ? 3000 : 100,
    kmsKeyId: "",
    tags: {},
    tagsAll: {},
    throughput: gp3 ? 125 : 0,
    volumeId: newId("vol"),
    volumeSize: 8,
    volumeType: "gp3",
  });
}

/** `planned` where it is known, `filled` elsewhere. */
function merged(planned: unknown, filled: Props): Props {
  if (!isObject(planned)) return filled;
  return Object.fromEntries(
    Object.entries({ ...filled, ...planned }).map(([key, value]) => [
      key,
      value === UNKNOWN || value === null ? (filled[key] ?? null) : value,
    ]),
  );
}

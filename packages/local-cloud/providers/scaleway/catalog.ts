/** One commercial type as the instance products API lists it. */
export interface CommercialType {
  readonly vcpus: number;
  readonly ramGb: number;
  /** Largest total of local disks in GB; 0 means network volumes only. The smallest is 0 for all. */
  readonly localGb: number;
  readonly arch: "x86_64" | "arm64";
}

const type = (
  vcpus: number,
  ramGb: number,
  localGb = 0,
  arch: CommercialType["arch"] = "x86_64",
): CommercialType => ({ vcpus, ramGb, localGb, arch });

/**
 * Commercial types that the local cloud sells. Source: answers of the products API of fr-par-1, as
 * kept in the test data of Scaleway's Terraform provider (2026-08). Type names are upper-case and
 * the API knows them in no other spelling.
 */
const types: Readonly<Record<string, CommercialType>> = {
  "STARDUST1-S": type(1, 1, 10),
  "DEV1-S": type(2, 2, 20),
  "DEV1-M": type(3, 4, 40),
  "DEV1-L": type(4, 8, 80),
  "DEV1-XL": type(4, 12, 120),
  "GP1-XS": type(4, 16, 150),
  "GP1-S": type(8, 32, 300),
  "GP1-M": type(16, 64, 600),
  "GP1-L": type(32, 128, 600),
  "GP1-XL": type(48, 256, 600),
  "PLAY2-PICO": type(1, 2),
  "PLAY2-NANO": type(2, 4),
  "PLAY2-MICRO": type(4, 8),
  "PRO2-XXS": type(2, 8),
  "PRO2-XS": type(4, 16),
  "PRO2-S": type(8, 32),
  "PRO2-M": type(16, 64),
  "PRO2-L": type(32, 128),
  "BASIC2-A2C-4G": type(2, 4, 0, "arm64"),
  "BASIC2-A2C-8G": type(2, 8, 0, "arm64"),
  "BASIC2-A4C-8G": type(4, 8, 0, "arm64"),
  "BASIC2-A4C-16G": type(4, 16, 0, "arm64"),
  "BASIC2-A8C-16G": type(8, 16, 0, "arm64"),
  "BASIC2-A8C-32G": type(8, 32, 0, "arm64"),
  "BASIC3-X2C-4G": type(2, 4),
  "BASIC3-X2C-8G": type(2, 8),
  "BASIC3-X4C-8G": type(4, 8),
  "BASIC3-X4C-16G": type(4, 16),
  "BASIC3-X8C-16G": type(8, 16),
  "BASIC3-X8C-32G": type(8, 32),
  "BASIC3-X16C-32G": type(16, 32),
  "BASIC3-X16C-64G": type(16, 64),
  "POP2-2C-8G": type(2, 8),
  "POP2-4C-16G": type(4, 16),
  "POP2-8C-32G": type(8, 32),
  "POP2-16C-64G": type(16, 64),
  "POP2-32C-128G": type(32, 128),
};

/** Zones in the order in which the SDK's messages list them. */
export const zones: readonly string[] = [
  "fr-par-1",
  "fr-par-2",
  "fr-par-3",
  "nl-ams-1",
  "nl-ams-2",
  "nl-ams-3",
  "pl-waw-1",
  "pl-waw-2",
  "pl-waw-3",
  "it-mil-1",
];

/** Regions in the order in which the SDK's messages list them. */
export const regions: readonly string[] = ["fr-par", "nl-ams", "pl-waw", "it-mil"];

/** Marketplace labels; the local cloud offers each for local disks and for network volumes. */
export const imageLabels: readonly string[] = [
  "ubuntu_resolute",
  "ubuntu_noble",
  "ubuntu_jammy",
  "ubuntu_focal",
  "debian_trixie",
  "debian_bookworm",
  "debian_bullseye",
];

/** Size in GB of a root volume made from an image when none is asked for. */
export const imageGb = 10;

/** IOPS of a network volume when none are asked for. */
export const defaultIops = 5000;

/**
 * A commercial type as sold in a zone; undefined when it is not. A zone of good form that does not
 * exist still lists every type: what fails there is the search for an image.
 */
export function typeIn(zone: string, name: string): CommercialType | undefined {
  if (zone === "fr-par-3" && name.startsWith("DEV1-")) return undefined;
  return types[name];
}

/** True when the marketplace has the image in the zone for this kind of root volume. */
export function hasImage(zone: string, label: string, local: boolean, sold: CommercialType) {
  return zones.includes(zone) && imageLabels.includes(label) && (!local || sold.localGb > 0);
}

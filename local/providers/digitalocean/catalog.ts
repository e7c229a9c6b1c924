/** A droplet size as the API lists it. */
export interface DropletSize {
  readonly memory: number;
  readonly vcpus: number;
  readonly disk: number;
  readonly priceMonthly: number;
}

const size = (memory: number, vcpus: number, disk: number, priceMonthly: number): DropletSize => ({
  memory,
  vcpus,
  disk,
  priceMonthly,
});

/** Sizes the local cloud sells (slugs of the SDK's enum). Memory in MB, disk in GB, USD. */
export const sizes: Readonly<Record<string, DropletSize>> = {
  "s-1vcpu-1gb": size(1024, 1, 25, 6),
  "s-1vcpu-2gb": size(2048, 1, 50, 12),
  "s-2vcpu-2gb": size(2048, 2, 60, 18),
  "s-2vcpu-4gb": size(4096, 2, 80, 24),
  "s-4vcpu-8gb": size(8192, 4, 160, 48),
  "s-8vcpu-16gb": size(16384, 8, 320, 96),
};

/** Regions of the SDK's enum. */
export const regions: readonly string[] = [
  "ams3",
  "atl1",
  "blr1",
  "fra1",
  "lon1",
  "nyc1",
  "nyc2",
  "nyc3",
  "sfo2",
  "sfo3",
  "sgp1",
  "syd1",
  "tor1",
];

/** Public images by slug. */
export const images: readonly string[] = [
  "ubuntu-26-04-x64",
  "ubuntu-24-04-x64",
  "ubuntu-22-04-x64",
  "debian-13-x64",
  "debian-12-x64",
];

/** A droplet size as the API lists it. */
export interface DropletSize {
  /** MB */
  readonly memory: number;
  readonly vcpus: number;
  /** GB */
  readonly disk: number;
  /** USD */
  readonly priceMonthly: number;
  /** USD; the monthly price is that of 672 hours. */
  readonly priceHourly: number;
  /** TB a month that are included. */
  readonly transfer: number;
}

const size = (
  gigabytes: number,
  vcpus: number,
  disk: number,
  priceMonthly: number,
  transfer: number,
): DropletSize => ({
  memory: gigabytes * 1024,
  vcpus,
  disk,
  priceMonthly,
  priceHourly: Math.round((priceMonthly / 672) * 100000) / 100000,
  transfer,
});

/**
 * Sizes that can be bought, by slug: the shared-CPU families in full, of the dedicated ones the
 * plain variants. Source: the published size list, prices in force since 2022-07-01.
 */
export const sizes: Readonly<Record<string, DropletSize>> = {
  "s-1vcpu-512mb-10gb": size(0.5, 1, 10, 4, 0.5),
  "s-1vcpu-1gb": size(1, 1, 25, 6, 1),
  "s-1vcpu-1gb-amd": size(1, 1, 25, 7, 1),
  "s-1vcpu-1gb-intel": size(1, 1, 25, 7, 1),
  "s-1vcpu-1gb-35gb-intel": size(1, 1, 35, 8, 1),
  "s-1vcpu-2gb": size(2, 1, 50, 12, 2),
  "s-1vcpu-2gb-amd": size(2, 1, 50, 14, 2),
  "s-1vcpu-2gb-intel": size(2, 1, 50, 14, 2),
  "s-1vcpu-2gb-70gb-intel": size(2, 1, 70, 16, 2),
  "s-2vcpu-2gb": size(2, 2, 60, 18, 3),
  "s-2vcpu-2gb-amd": size(2, 2, 60, 21, 3),
  "s-2vcpu-2gb-intel": size(2, 2, 60, 21, 3),
  "s-2vcpu-2gb-90gb-intel": size(2, 2, 90, 24, 3),
  "s-2vcpu-4gb": size(4, 2, 80, 24, 4),
  "s-2vcpu-4gb-amd": size(4, 2, 80, 28, 4),
  "s-2vcpu-4gb-intel": size(4, 2, 80, 28, 4),
  "s-2vcpu-4gb-120gb-intel": size(4, 2, 120, 32, 4),
  "s-2vcpu-8gb-amd": size(8, 2, 100, 42, 5),
  "s-2vcpu-8gb-160gb-intel": size(8, 2, 160, 48, 5),
  "s-4vcpu-8gb": size(8, 4, 160, 48, 5),
  "s-4vcpu-8gb-amd": size(8, 4, 160, 56, 5),
  "s-4vcpu-8gb-intel": size(8, 4, 160, 56, 5),
  "s-4vcpu-8gb-240gb-intel": size(8, 4, 240, 64, 6),
  "s-4vcpu-16gb-amd": size(16, 4, 200, 84, 8),
  "s-4vcpu-16gb-320gb-intel": size(16, 4, 320, 96, 8),
  "s-8vcpu-16gb": size(16, 8, 320, 96, 6),
  "s-8vcpu-16gb-amd": size(16, 8, 320, 112, 6),
  "s-8vcpu-16gb-intel": size(16, 8, 320, 112, 6),
  "s-8vcpu-16gb-480gb-intel": size(16, 8, 480, 128, 9),
  "s-8vcpu-32gb-amd": size(32, 8, 400, 168, 10),
  "s-8vcpu-32gb-640gb-intel": size(32, 8, 640, 192, 10),
  "c-2": size(4, 2, 25, 42, 4),
  "c-4": size(8, 4, 50, 84, 5),
  "c-8": size(16, 8, 100, 168, 6),
  "c-16": size(32, 16, 200, 336, 7),
  "c-32": size(64, 32, 400, 672, 9),
  "g-2vcpu-8gb": size(8, 2, 25, 63, 4),
  "g-4vcpu-16gb": size(16, 4, 50, 126, 5),
  "g-8vcpu-32gb": size(32, 8, 100, 252, 6),
  "g-16vcpu-64gb": size(64, 16, 200, 504, 7),
  "m-2vcpu-16gb": size(16, 2, 50, 84, 4),
  "m-4vcpu-32gb": size(32, 4, 100, 168, 6),
  "m-8vcpu-64gb": size(64, 8, 200, 336, 7),
  "m-16vcpu-128gb": size(128, 16, 400, 672, 8),
  "m-24vcpu-192gb": size(192, 24, 600, 1008, 9),
  "m-32vcpu-256gb": size(256, 32, 800, 1344, 10),
};

import { everyRegion, type PriceList, type Size } from "../size";

function droplet(name: string, vcpus: number, memoryGb: number, diskGb: number, usd: number): Size {
  return {
    provider: "digitalocean",
    name,
    vcpus,
    memoryGb,
    diskGb,
    monthly: { [everyRegion]: usd },
  };
}

/**
 * Droplets. Disk comes with the size and cannot be bought apart, so a node that needs more disk
 * gets a larger droplet. The address is part of the price, and a price is the same in all regions.
 */
export const prices: PriceList = {
  provider: "digitalocean",
  currency: "USD",
  asOf: "2026-11-21",
  source: "published output of `doctl compute size list` with the prices in force since 2022-07-01",
  addressMonthly: 0,
  sizes: [
    droplet("s-1vcpu-2gb", 1, 2, 50, 12),
    droplet("s-1vcpu-2gb-amd", 1, 2, 50, 14),
    droplet("s-1vcpu-2gb-intel", 1, 2, 50, 14),
    droplet("s-1vcpu-2gb-70gb-intel", 1, 2, 70, 16),
    droplet("s-2vcpu-2gb", 2, 2, 60, 18),
    droplet("s-2vcpu-2gb-amd", 2, 2, 60, 21),
    droplet("s-2vcpu-2gb-intel", 2, 2, 60, 21),
    droplet("s-2vcpu-2gb-90gb-intel", 2, 2, 90, 24),
    droplet("s-2vcpu-4gb", 2, 4, 80, 24),
    droplet("s-2vcpu-4gb-amd", 2, 4, 80, 28),
    droplet("s-2vcpu-4gb-intel", 2, 4, 80, 28),
    droplet("s-2vcpu-4gb-120gb-intel", 2, 4, 120, 32),
    droplet("s-2vcpu-8gb-amd", 2, 8, 100, 42),
    droplet("s-2vcpu-8gb-160gb-intel", 2, 8, 160, 48),
    droplet("s-4vcpu-8gb", 4, 8, 160, 48),
    droplet("s-4vcpu-8gb-amd", 4, 8, 160, 56),
    droplet("s-4vcpu-8gb-intel", 4, 8, 160, 56),
    droplet("s-4vcpu-8gb-240gb-intel", 4, 8, 240, 64),
    droplet("m-2vcpu-16gb", 2, 16, 50, 84),
    droplet("s-4vcpu-16gb-amd", 4, 16, 200, 84),
    droplet("s-4vcpu-16gb-320gb-intel", 4, 16, 320, 96),
    droplet("s-8vcpu-16gb", 8, 16, 320, 96),
    droplet("s-8vcpu-16gb-amd", 8, 16, 320, 112),
    droplet("s-8vcpu-16gb-intel", 8, 16, 320, 112),
    droplet("s-8vcpu-16gb-480gb-intel", 8, 16, 480, 128),
    droplet("m-4vcpu-32gb", 4, 32, 100, 168),
    droplet("s-8vcpu-32gb-amd", 8, 32, 400, 168),
    droplet("s-8vcpu-32gb-640gb-intel", 8, 32, 640, 192),
    droplet("m-8vcpu-64gb", 8, 64, 200, 336),
    droplet("m-16vcpu-128gb", 16, 128, 400, 672),
    droplet("m-24vcpu-192gb", 24, 192, 600, 1008),
    droplet("m-32vcpu-256gb", 32, 256, 800, 1344),
  ],
};

/** Memory in MiB by instance type: the general-purpose sizes a small host is made of. */
export const instanceTypes: Readonly<Record<string, { vcpus: number; memory: number }>> = {
  "t2.micro": { vcpus: 1, memory: 1024 },
  ...burstable("t3"),
  ...burstable("t3a"),
  ...burstable("t4g"),
  "m6i.large": { vcpus: 2, memory: 8192 },
  "m6i.xlarge": { vcpus: 4, memory: 16384 },
  "m7i.large": { vcpus: 2, memory: 8192 },
  "c6i.large": { vcpus: 2, memory: 4096 },
  "r6i.large": { vcpus: 2, memory: 16384 },
};

function burstable(family: string): Record<string, { vcpus: number; memory: number }> {
  const memory = { nano: 512, micro: 1024, small: 2048, medium: 4096, large: 8192, xlarge: 16384 };
  return {
    ...Object.fromEntries(
      Object.entries(memory).map(([size, mib]) => [
        `${family}.${size}`,
        { vcpus: size === "xlarge" ? 4 : 2, memory: mib },
      ]),
    ),
    [`${family}.2xlarge`]: { vcpus: 8, memory: 32768 },
  };
}

/** Canonical's account, which owns the public Ubuntu images. */
export const canonical = "099720109477";

/** A public image. */
export interface Image {
  readonly id: string;
  readonly name: string;
  readonly release: string;
  readonly architecture: "amd64" | "arm64";
}

const image = (
  release: string,
  codename: string,
  architecture: "amd64" | "arm64",
  id: string,
): Image => ({
  id,
  release,
  architecture,
  name: `ubuntu/images/hvm-ssd-gp3/ubuntu-${codename}-${release}-${architecture}-server-20261101`,
});

/**
 * Ubuntu LTS images, newest first. The ids are the local cloud's own: real ones differ by region
 * and week.
 */
export const images: readonly Image[] = [
  image("26.04", "resolute", "amd64", "ami-026040000000000a1"),
  image("26.04", "resolute", "arm64", "ami-026040000000000b1"),
  image("24.04", "noble", "amd64", "ami-024040000000000a1"),
  image("24.04", "noble", "arm64", "ami-024040000000000b1"),
  image("22.04", "jammy", "amd64", "ami-022040000000000a1"),
  image("22.04", "jammy", "arm64", "ami-022040000000000b1"),
];

/** Canonical's public SSM parameter that names the current image of a release. */
export function imageParameter(image: Image): string {
  const volume = image.release >= "24.04" ? "ebs-gp3" : "ebs-gp2";
  return `/aws/service/canonical/ubuntu/server/${image.release}/stable/current/${image.architecture}/hvm/${volume}/ami-id`;
}

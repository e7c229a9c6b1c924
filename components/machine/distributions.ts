/**
 * The operating systems a node may run, with the packages of Docker's client and Compose plugin
 * beside `docker.io`. Everything that differs between them stands here.
 */
export const composePackages: Readonly<Record<string, string>> = {
  "ubuntu 24.04": "docker-compose-v2",
  "ubuntu 26.04": "docker-compose-v2",
  // Debian's docker.io brings the daemon alone.
  "debian 13": "docker-cli docker-compose",
};

/** The engine this project is built and tested with. Everything exact about it stands here. */
export const cliVersion = "3.259.0";

/**
 * The oldest `pulumi` on PATH that is used instead: since 3.255 a policy pack may be an
 * executable file, as `policies/pack` is.
 */
export const oldestCli = [3, 255] as const;

/** Where the makers publish the CLI with its language hosts. */
export const downloads = "https://get.pulumi.com/releases/sdk";

/** The CLI as a Go module. */
export const cliModule = {
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  version: `v${cliVersion}`,
} as const;

/**
 * The Node language host as a Go module. The `sdk/v3` module held it up to 3.68; the engine still
 * speaks to that one (it asks for `GetRequiredPlugins` where `GetRequiredPackages` is missing).
 * Only policy packs given as a directory need a newer host.
 */
export const languageHostModule = {
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  version: "v3.68.0",
} as const;

/** The system in the names that the makers' archives use; also the key of our cache. */
export function platform(): { os: string; arch: string } {
  const os = process.platform === "win32" ? "windows" : process.platform;
  return { os, arch: process.arch };
}

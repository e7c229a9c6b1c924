import type { Provider } from "../../emulator/handler";
import { copyToRemote } from "./copy-to-remote";
import { localCommand } from "./local-command";
import { remoteCommand } from "./remote-command";
import type { Shell } from "./shell";
import { sshShell } from "./ssh-shell";

/** The command provider as @pulumi/command 1.2.1 shows it; its SSH is real. */
export function commandOver(shell: Shell): Provider {
  return {
    name: "command",
    version: "1.2.1",
    resources: [remoteCommand(shell), localCommand, copyToRemote(shell)],
    capabilities: { supportsPreview: true, acceptSecrets: true, supportsAutonaming: false },
    diffsConfig: false,
    // The real plugin's framework signs its configuration.
    checkConfig: (news) => ({ inputs: { "__pulumi-go-provider-version": "1.2.0", ...news } }),
  };
}

/** The command provider over real SSH. */
export const command: Provider = commandOver(sshShell);

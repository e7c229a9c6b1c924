/** What a new machine is told at its first boot. */
export interface UserDataArgs {
  /** The provider's initial account (R13). */
  readonly login: string;
  /** Public keys that may enter as that account. */
  readonly authorizedKeys: readonly string[];
  /** The boot host key: made before the machine, so the first connection can be pinned to it. */
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
}

/** Where a converge closes root, on every Debian and Ubuntu. */
const hardening = "/etc/ssh/sshd_config.d/00-berth.conf";

/**
 * Renders cloud-init user data. Keys travel here and not through the providers' key resources,
 * because DigitalOcean refuses one key twice in an account ("SSH Key is already in use"), so two
 * stacks could not share a deployer. JSON is valid YAML and needs no quoting rules of its own.
 */
export function renderUserData({ login, authorizedKeys, hostKey }: UserDataArgs): string {
  const config = {
    // Providers that find no key of their own set a root password; it must neither work over SSH
    // nor expire, since an expired one stops key logins with a password prompt.
    ssh_pwauth: false,
    chpasswd: { expire: false },
    ssh_deletekeys: true,
    // A machine made from another's snapshot has that one's hardened sshd, which lets no root in: it
    // is a new machine and must be entered anew. Runs before sshd starts, once per instance.
    bootcmd: [["cloud-init-per", "instance", "berth", "rm", "-f", hardening]],
    ssh_keys: { ecdsa_private: hostKey.privateKey, ecdsa_public: hostKey.publicKey.trim() },
    ...initialAccount(login, authorizedKeys),
  };
  return `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`;
}

function initialAccount(login: string, authorizedKeys: readonly string[]) {
  return login === "root"
    ? {
        disable_root: false,
        users: [{ name: "root", lock_passwd: true, ssh_authorized_keys: authorizedKeys }],
      }
    : // The image's default user (ubuntu on Ubuntu's AMIs) gets the top-level keys.
      { users: ["default"], ssh_authorized_keys: authorizedKeys };
}

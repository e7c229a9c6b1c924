import { automationAccount } from "../../../components/machine/script";
import { quote } from "../../../components/machine/quote";

/**
 * The command that opens Berth's own account on a machine to the declared deployers again, for any
 * member to run there: when no deployer's key works, a member's sudo does. It sets what `enter` set,
 * and no more; a converge does the rest.
 */
export function breakGlass(deployerKeys: readonly string[]): string {
  const account = automationAccount;
  const ssh = `/home/${account}/.ssh`;
  const steps = [
    `{ getent passwd ${account} >/dev/null || useradd --create-home --shell /bin/bash --user-group ${account}; }`,
    `usermod --expiredate "" --shell /bin/bash --password "*" ${account}`,
    `install -d -o ${account} -g ${account} -m 700 /home/${account} ${ssh}`,
    `printf "%s\\n" ${deployerKeys.map((key) => `"${plain(key)}"`).join(" ")} >${ssh}/authorized_keys`,
    `chown ${account}: ${ssh}/authorized_keys`,
    `chmod 600 ${ssh}/authorized_keys`,
    `printf "%s\\n" "${account} ALL=(ALL:ALL) NOPASSWD:ALL" >/etc/sudoers.d/01-berth-automation`,
    "chmod 440 /etc/sudoers.d/01-berth-automation",
  ];
  return `sudo sh -c ${quote(steps.join(" && "))}`;
}

/** A key's type, key and the letters of its comment that mean nothing to a shell. */
function plain(key: string): string {
  return key.replace(/[^A-Za-z0-9 @+/=._:-]/g, "");
}

/** What people do to a converged machine by hand, how a check names it, and what proves the repair. */

/** One way of tampering; scripts run as root in the machine. */
export interface Tampering {
  readonly what: string;
  readonly script: string;
  /** A line of the report, of a check and of a converge alike. */
  readonly named: RegExp;
  /** Succeeds when repaired. */
  readonly proof?: string;
}

const keys = "/home/ana/.ssh/authorized_keys";
const reload = "systemctl reload ssh";

/** sshd's real answer for root and for a member. */
const hardened =
  "for u in root ana; do sshd -T -C user=$u,host=h,addr=203.0.113.9 | grep -qx 'passwordauthentication no' && " +
  "sshd -T -C user=$u,host=h,addr=203.0.113.9 | grep -qx 'permitrootlogin no' || exit 1; done";

export const tamperings: readonly Tampering[] = [
  {
    what: "a key that nobody declared",
    script: `echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEvilEvilEvilEvilEvilEvilEvilEvilEvilEvilEvil evil' >> ${keys}`,
    named: /ana\/\.ssh\/authorized_keys: not declared: evil \.\.\.EvilEvilEvil$/m,
    proof: `! grep -q evil ${keys}`,
  },
  {
    what: "a declared key taken away",
    script: `: > ${keys}`,
    named: /ana\/\.ssh\/authorized_keys: missing: ana \.\.\./,
    proof: `test -s ${keys}`,
  },
  {
    what: "keys in a second file",
    script: `cp ${keys} /home/ana/.ssh/authorized_keys2`,
    named: /authorized_keys2: a second list of keys/,
    proof: "! test -e /home/ana/.ssh/authorized_keys2",
  },
  {
    what: "keys that others may write",
    script: `chmod 666 ${keys}`,
    named: /authorized_keys: owner and mode ana:ana 666, wanted ana:ana 600/,
    proof: `test "$(stat -c %a ${keys})" = 600`,
  },
  {
    what: "keys behind a link",
    script: `mv ${keys} /tmp/keys && ln -s /tmp/keys ${keys}`,
    named: /authorized_keys: not a file of its own/,
    proof: `test -f ${keys} && ! test -L ${keys}`,
  },
  {
    what: "keys that root owns",
    script: `chown root:root ${keys} /home/ana/.ssh`,
    named: /\.ssh: owner and mode root:root 700/,
    proof: `test "$(stat -c %U ${keys})" = ana`,
  },
  {
    what: "a home that others may write",
    script: "chmod 777 /home/ana",
    named: /home\/ana: owner and mode ana:ana 777/,
    proof: "test $(stat -c %a /home/ana) = 755",
  },
  {
    what: "a deployer's key that nobody declared",
    script: "cat /home/ana/.ssh/authorized_keys >> /home/berth/.ssh/authorized_keys",
    named: /home\/berth\/\.ssh\/authorized_keys: not declared: ana/,
    proof: "test $(wc -l < /home/berth/.ssh/authorized_keys) = 1",
  },
  {
    what: "a stranger in the group sudo",
    script: "useradd mallory; usermod -aG sudo mallory",
    named: /account mallory: in group sudo without being declared/,
    proof: "! id -nG mallory | grep -qw sudo && userdel mallory",
  },
  {
    what: "a stranger in the group docker",
    script: "useradd mallory; usermod -aG docker mallory",
    named: /account mallory: in group docker without being declared/,
    proof: "! id -nG mallory | grep -qw docker && userdel mallory",
  },
  {
    what: "a stranger whose first group is sudo",
    script: "useradd --gid sudo mallory",
    named: /account mallory: has sudo as its first group/,
    proof: "! id -nG mallory | grep -qw sudo && userdel mallory",
  },
  {
    what: "rights in /etc/sudoers.d",
    script: "echo 'games ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/zz-games",
    named: /\/etc\/sudoers\.d\/zz-games: grants rights that are not declared/,
    proof: "! test -e /etc/sudoers.d/zz-games",
  },
  {
    what: "rights in /etc/sudoers",
    script: "echo 'games ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers",
    named: /\/etc\/sudoers: holds what its package does not bring: games ALL/,
    proof: "! grep -q ^games /etc/sudoers && visudo -cq && stat -c %a /etc/sudoers | grep -qx 440",
  },
  {
    what: "rights of our own file changed",
    script: "echo 'ALL ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers.d/00-berth",
    named: /\/etc\/sudoers\.d\/00-berth: content/,
    proof: "! grep -q ^ALL /etc/sudoers.d/00-berth",
  },
  {
    what: "a second root",
    script: "useradd --non-unique --uid 0 toor",
    named: /account toor: has root's number, 0/,
    proof:
      "test $(getent shadow toor | cut -d: -f8) = 1 && sed -i '/^toor:/d' /etc/passwd /etc/shadow",
  },
  {
    what: "a member's password",
    script: "echo ana:letmein | chpasswd",
    named: /account ana: has a password/,
    proof: "test \"$(getent shadow ana | cut -d: -f2)\" = '*'",
  },
  {
    what: "root's password",
    script: "echo root:letmein | chpasswd",
    named: /account root: has a password/,
    proof: "test \"$(getent shadow root | cut -d: -f2)\" = '*'",
  },
  {
    what: "root's keys",
    script: `mkdir -p /root/.ssh && cp ${keys} /root/.ssh/authorized_keys`,
    named: /account root: still has keys/,
    proof: "! test -e /root/.ssh/authorized_keys",
  },
  {
    what: "a member's shell",
    script: "usermod --shell /bin/sh ana",
    named: /account ana: shell \/bin\/sh, wanted \/bin\/bash/,
    proof: "test $(getent passwd ana | cut -d: -f7) = /bin/bash",
  },
  {
    what: "a member's account expired",
    script: "usermod --expiredate 1 ana",
    named: /account ana: expires/,
    proof: 'test -z "$(getent shadow ana | cut -d: -f8)"',
  },
  {
    what: "a member deleted",
    script: "userdel ana",
    named: /account ana: missing/,
    proof: "id -nG ana | grep -qw sudo && test $(stat -c %U /home/ana) = ana",
  },
  {
    what: "a member out of a group",
    script: "gpasswd -d ana docker",
    named: /account ana: not in group docker/,
    proof: "id -nG ana | grep -qw docker",
  },
  {
    what: "a group removed",
    script: "groupdel dev",
    named: /group dev: missing/,
    proof: "getent group dev | grep -q 'ana,bob$'",
  },
  {
    what: "passwords let in by a drop-in",
    script: `echo 'PasswordAuthentication yes' > /etc/ssh/sshd_config.d/00-a.conf; ${reload}`,
    named: /00-a\.conf: says: PasswordAuthentication yes/,
    proof: hardened,
  },
  {
    what: "root let in from one address by a Match block",
    script: `printf 'Match Address 203.0.113.9\\n PermitRootLogin yes\\n' > /etc/ssh/sshd_config.d/00-b.conf; ${reload}`,
    named: /00-b\.conf: says: Match Address 203\.0\.113\.9/,
    proof: hardened,
  },
  {
    what: "sshd_config edited",
    script: `sed -i '1i PermitRootLogin yes\\nPasswordAuthentication yes' /etc/ssh/sshd_config; ${reload}`,
    named: /\/etc\/ssh\/sshd_config: says: PermitRootLogin yes/,
    proof: hardened,
  },
  {
    what: "sshd_config without its drop-ins",
    script: `sed -i '/^Include/d' /etc/ssh/sshd_config; ${reload}`,
    named: /\/etc\/ssh\/sshd_config: does not begin with: Include/,
    proof: hardened,
  },
  {
    what: "our drop-in removed",
    script: `rm /etc/ssh/sshd_config.d/00-berth.conf; ${reload}`,
    named: /00-berth\.conf: missing/,
    proof: hardened,
  },
  {
    what: "keys asked of a program",
    script:
      "printf 'AuthorizedKeysCommand /usr/bin/cat\\nAuthorizedKeysCommandUser nobody\\n' > /etc/ssh/sshd_config.d/90-c.conf",
    named: /90-c\.conf: says: AuthorizedKeysCommand/,
    proof: "! test -e /etc/ssh/sshd_config.d/90-c.conf",
  },
  {
    what: "people shut out by a list of users, not yet loaded",
    script: "echo 'AllowUsers mallory' > /etc/ssh/sshd_config.d/90-d.conf",
    named: /90-d\.conf: says: AllowUsers mallory/,
    proof: "! sshd -T | grep -q allowusers",
  },
  {
    what: "a second host key",
    script: `ssh-keygen -q -t ecdsa -N '' -f /etc/ssh/ssh_host_ecdsa_key; ${reload}`,
    named: /ssh_host_ecdsa_key: is not the permanent host key/,
    proof: "! test -e /etc/ssh/ssh_host_ecdsa_key",
  },
  {
    what: "history switched off",
    script: "echo 'unset HISTFILE' > /etc/berth/history.sh; sed -i '/berth/d' /etc/bash.bashrc",
    named: /bash\.bashrc: does not keep the history/,
    proof: "grep -q berth_keep_history /etc/berth/history.sh && grep -q berth /etc/bash.bashrc",
  },
  {
    what: "the owner removed",
    script: "rm /etc/berth/owner",
    named: /\/etc\/berth\/owner: missing/,
    proof: "grep -qx berth/prod /etc/berth/owner",
  },
  {
    what: "security updates switched off",
    script: "rm /etc/apt/apt.conf.d/52berth; systemctl disable -q --now apt-daily-upgrade.timer",
    named: /apt-daily-upgrade\.timer: disabled and inactive/,
    proof: "systemctl -q is-active apt-daily-upgrade.timer && test -e /etc/apt/apt.conf.d/52berth",
  },
  {
    what: "Docker switched off",
    script: "systemctl disable -q --now docker.service docker.socket 2>/dev/null",
    named: /docker\.service: disabled and inactive/,
    proof: "systemctl -q is-active docker.service",
  },
];

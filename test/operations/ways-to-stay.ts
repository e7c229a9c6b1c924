/** Ways in which a person with sudo stays on a machine beyond the own account, and how each is told. */

/** One way: what the person runs with sudo, and what the evidence says of it. */
export interface Way {
  readonly name: string;
  /** A script of root's; `$KEY` is a public key of the person's, `$BLOB` its middle part. */
  readonly script: string;
  /** What the evidence says: a way that is open, or what was found. */
  readonly told: RegExp;
}

export const waysToStay: readonly Way[] = [
  {
    name: "an account with root's number",
    script: "useradd -o -u 0 -g 0 -M -d /root -s /bin/bash toor; usermod -p '*' toor",
    told: /toor.* has root's number, 0/,
  },
  {
    name: "an account of another name with a password",
    script: "useradd -m -s /bin/bash helper; echo helper:secret | chpasswd",
    told: /account helper \(number \d+\) can log in and is not declared: a password/,
  },
  {
    name: "an account that shares a member's number",
    script: `useradd -o -u "$(id -u ana)" -M -d /opt/ana2 -s /bin/bash ana2
install -d -o ana /opt/ana2/.ssh; echo "$KEY" >/opt/ana2/.ssh/authorized_keys`,
    told: /a key of sam is in \/opt\/ana2\/\.ssh\/authorized_keys/,
  },
  {
    name: "a system account with a shell and a key behind a tab",
    script: `usermod -s /bin/bash -d /var/games games; install -d -o games /var/games/.ssh
printf 'restrict,pty\\tssh-ed25519\\t%s\\tx\\n' "$BLOB" >/var/games/.ssh/authorized_keys`,
    told: /a key of sam is in \/var\/games\/\.ssh\/authorized_keys/,
  },
  {
    name: "a system account without a shell and with another key",
    script: `install -d -o www-data /var/www/.ssh
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnnKoRmfznGeMC3MtQ+X7OGq+yAE+bvg6dslbpZhqSw' >/var/www/.ssh/authorized_keys`,
    told: /account www-data .*can log in and is not declared: keys in \/var\/www/,
  },
  {
    name: "a key in a member's list, with options",
    script: `echo "from=\\"*\\",command=\\"bash\\" $KEY" >>/home/ana/.ssh/authorized_keys`,
    told: /\/home\/ana\/\.ssh\/authorized_keys: not declared: .*sam/,
  },
  {
    name: "another sshd, with keys in another place",
    script: `install -d /opt/k; echo "$KEY" >/opt/k/root
cat >/opt/k/conf <<'C'
Port 2222
PermitRootLogin yes
AuthorizedKeysFile /opt/k/%u
PidFile none
C
systemd-run --unit=door /usr/sbin/sshd -D -f /opt/k/conf`,
    told: /another sshd, process \d+, listens on port 2222[^]*a key of sam is in \/opt\/k\/root/,
  },
  {
    name: "lists of keys under a Match that no member meets",
    script: `cat >/etc/ssh/sshd_config.d/zz.conf <<'C'
Match Address 203.0.113.9
  AuthorizedKeysFile /opt/match/%u
C
install -d /opt/match; echo "$KEY" >/opt/match/ana`,
    told: /\/opt\/match\/ana[^]*zz\.conf: says: Match Address/,
  },
  {
    name: "an authority of certificates",
    script: `echo "$KEY" >/etc/ssh/ca.pub; echo 'TrustedUserCAKeys /etc/ssh/ca.pub' >/etc/ssh/sshd_config.d/ca.conf`,
    told: /\/etc\/ssh\/ca\.pub[^]*ca\.conf: says: TrustedUserCAKeys/,
  },
  {
    name: "a program that sshd asks for keys",
    script: `echo 'AuthorizedKeysCommand /opt/keys
AuthorizedKeysCommandUser root' >/etc/ssh/sshd_config.d/cmd.conf`,
    told: /cmd\.conf: says: AuthorizedKeysCommand \/opt\/keys/,
  },
  {
    name: "a program with root's rights",
    script: "install -m 4755 /bin/bash /var/tmp/.x",
    told: /programs with the rights of others: \/var\/tmp\/\.x/,
  },
  {
    name: "root's rights for a program that a package brought",
    script: "chmod u+s /usr/bin/find",
    told: /programs with the rights of others: \/usr\/bin\/find/,
  },
  {
    name: "a capability",
    script: "setcap cap_setuid+ep /usr/bin/python3.13",
    told: /programs with the rights of others: \/usr\/bin\/python3/,
  },
  {
    name: "a unit of root's",
    script: `printf '[Service]\\nExecStart=/bin/sleep 9999\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/stay.service
systemctl enable --now stay.service`,
    told: /units and services: \/etc\/systemd\/system\/stay\.service: no package brought it/,
  },
  {
    name: "a unit that a package brought, extended",
    script: `install -d /etc/systemd/system/ssh.service.d
printf '[Service]\\nExecStartPost=/bin/true\\n' >/etc/systemd/system/ssh.service.d/x.conf`,
    told: /units and services: \/etc\/systemd\/system\/ssh\.service\.d\/x\.conf/,
  },
  {
    name: "a timer that lives until the next start",
    script: "systemd-run --on-calendar=daily --unit=later /bin/true",
    told: /units and services: \/run\/systemd\/transient\/later\.timer/,
  },
  {
    name: "a service that lives until the next start",
    script: "systemd-run --unit=now sleep 9999",
    told: /units and services: now\.service runs and was made by hand/,
  },
  {
    name: "cron, of the system and of another account, and at",
    script: `install -d /etc/cron.d /var/spool/cron/crontabs /var/spool/at
echo '* * * * * root true' >/etc/cron.d/stay; echo '@reboot true' >/var/spool/cron/crontabs/ana
echo true >/var/spool/at/a00001`,
    told: /cron and at: \/etc\/cron\.d\/stay[^]*\/spool\/at\/a00001[^]*\/spool\/cron\/crontabs\/ana/,
  },
  {
    name: "a member's and root's start-up files",
    script: "echo : >>/home/ana/.bashrc; echo : >>/root/.profile; echo : >/home/ana/.ssh/rc",
    told: /start-up files: \/home\/ana\/\.bashrc[^]*start-up files: \/home\/ana\/\.ssh\/rc[^]*start-up files: \/root\/\.profile/,
  },
  {
    name: "everybody's start-up files",
    script: "echo : >/etc/profile.d/x.sh; echo : >>/etc/bash.bashrc; echo X=1 >>/etc/environment",
    told: /start-up files: \/etc\/bash\.bashrc[^]*start-up files: \/etc\/profile\.d\/x\.sh/,
  },
  {
    name: "PAM, in a file of its own and in one that is generated",
    script: `echo 'auth sufficient pam_exec.so /opt/x' >/etc/pam.d/stay
sed -i '1i auth sufficient pam_permit.so' /etc/pam.d/common-auth`,
    told: /PAM: \/etc\/pam\.d\/common-auth says: auth sufficient pam_permit\.so[^]*PAM: \/etc\/pam\.d\/stay/,
  },
  {
    name: "hooks of apt and dpkg",
    script: `echo 'DPkg::Post-Invoke {"true";};' >/etc/apt/apt.conf.d/99x
echo 'post-invoke=true' >/etc/dpkg/dpkg.cfg.d/x`,
    told: /apt and dpkg: \/etc\/apt\/apt\.conf\.d\/99x[^]*apt and dpkg: \/etc\/dpkg\/dpkg\.cfg\.d\/x/,
  },
  {
    name: "a library before all others",
    script: "cp /usr/lib/x86_64-linux-gnu/libcap.so.2 /usr/lib/libx.so; echo >/etc/ld.so.preload",
    told: /loader and names: \/etc\/ld\.so\.preload[^]*other files: \/usr\/lib\/libx\.so/,
  },
  {
    name: "rules of udev and modules of the kernel",
    script: `install -d /etc/udev/rules.d /etc/modules-load.d; echo x >/etc/modules-load.d/x.conf
echo 'ACTION=="add", RUN+="/bin/true"' >/etc/udev/rules.d/99-x.rules`,
    told: /kernel and devices: \/etc\/modules-load\.d\/x\.conf[^]*kernel and devices: \/etc\/udev\/rules\.d\/99-x\.rules/,
  },
  {
    name: "rules of sudo and polkit",
    script: `echo 'www-data ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/zz; install -d /etc/polkit-1/rules.d
echo 'x' >/etc/polkit-1/rules.d/00-x.rules`,
    told: /sudo and polkit: \/etc\/polkit-1\/rules\.d\/00-x\.rules[^]*\/etc\/sudoers\.d\/zz: grants rights/,
  },
  {
    name: "scripts of the start and of every login",
    script: `printf '#!/bin/sh\\n' >/etc/rc.local; chmod +x /etc/rc.local; install -d /etc/update-motd.d
install -m 755 /etc/rc.local /etc/update-motd.d/99-x; install -m 755 /etc/rc.local /etc/init.d/x`,
    told: /hooks: \/etc\/update-motd\.d\/99-x[^]*services: \/etc\/init\.d\/x[^]*services: \/etc\/rc\.local/,
  },
  {
    name: "hooks of other programs",
    script: `for at in logrotate.d/x needrestart/hook.d/x dhcp/dhclient-exit-hooks.d/x networkd-dispatcher/routable.d/x network/if-up.d/x
do install -D -m 755 /etc/hostname /etc/$at; done`,
    told: /(hooks: \/etc\/(dhcp|logrotate|network)[^]*){3}/,
  },
  {
    name: "names from elsewhere",
    script: "sed -i 's/^passwd:.*/& extrausers/' /etc/nsswitch.conf",
    told: /loader and names: \/etc\/nsswitch\.conf/,
  },
  {
    name: "a program in the place of one that a package brought",
    script: "cp /usr/bin/true /usr/bin/x.new; mv /usr/bin/x.new /usr/bin/expiry",
    told: /programs: \/usr\/bin\/expiry: is not as its package brought it/,
  },
  {
    name: "a program that is found before sudo",
    script: "install -m 755 /usr/bin/true /usr/local/bin/sudo",
    told: /programs: \/usr\/local\/bin\/sudo: no package brought it/,
  },
  {
    name: "a program that runs from a place of no package",
    script: "cp /usr/bin/sleep /opt/agent; systemd-run --unit=agent /opt/agent 9999",
    told: /running programs: process \d+ in agent\.service: no package brought \/opt\/agent/,
  },
  {
    name: "services of an account without a login",
    script: "install -d /var/lib/systemd/linger; touch /var/lib/systemd/linger/ana",
    told: /services of ana run without a login/,
  },
  {
    name: "a hook of a repository",
    script: "install -D -m 755 /etc/hostname /srv/app/.git/hooks/post-merge",
    told: /hooks: \/srv\/app\/\.git\/hooks\/post-merge runs with git/,
  },
  {
    name: "a container that has the machine",
    script: `tar -C / -c usr/bin/true | docker import - x >/dev/null
docker create --name stay --restart always --privileged -v /:/host x /usr/bin/true >/dev/null`,
    told: /containers: stay has \/, privileged \(restart: always\)/,
  },
  {
    name: "a package of one's own",
    script: `install -d /tmp/deb/DEBIAN /tmp/deb/usr/bin; cp /usr/bin/true /tmp/deb/usr/bin/stayd
printf 'Package: stayd\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/tmp/deb/DEBIAN/control
dpkg-deb -b /tmp/deb /tmp/stayd.deb >/dev/null; dpkg -i /tmp/stayd.deb >/dev/null; rm -r /tmp/deb /tmp/stayd.deb`,
    told: /apt and dpkg: package stayd was installed/,
  },
  {
    name: "files of root's that others may write",
    script: "chmod o+w /etc/gshadow",
    told: /others than root may write it/,
  },
];

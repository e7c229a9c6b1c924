/** How far the machines of different clouds are the same host (R10). */

import type { Listing } from "../machine/listing";

/** Names, identities and sites, which every machine has its own. */
const own = [
  "~ /etc/berth/proxy/sites",
  "~ /etc/hostname",
  "~ /etc/hosts",
  "~ /etc/machine-id",
  "~ /etc/ssh/ssh_host_ed25519_key",
  "~ /etc/ssh/ssh_host_ed25519_key.pub",
];
const same = {
  ...{ accounts: [], groups: [], packages: [], "enabled units": [], "running units": [] },
  ...{ ports: [], sshd: [], files: [], contents: own },
};

/** How the machines of Scaleway, of AWS and of a client differ from DigitalOcean's. */
export const apart = {
  // Berth did not make it: its sshd, its updates and whoever could come in before stay as they were.
  clinic: {
    ...same,
    contents: own.slice(1),
    ports: ["- tcp 0.0.0.0:443", "- tcp 0.0.0.0:80", "- tcp [::]:443", "- tcp [::]:80"],
    "enabled units": ["- apt-daily-upgrade.timer", "- apt-daily.timer", "- berth-firewall.service"],
    "running units": ["- apt-daily-upgrade.timer", "- apt-daily.timer", "- berth-firewall.service"],
    sshd: [
      "- authorizedkeysfile .ssh/authorized_keys",
      "- exposeauthinfo yes",
      "- logingracetime 60",
      "- passwordauthentication no",
      "- permitrootlogin no",
      "- x11forwarding no",
      "+ authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2",
      "+ exposeauthinfo no",
      "+ logingracetime 120",
      "+ passwordauthentication yes",
      "+ permitrootlogin without-password",
      "+ x11forwarding yes",
    ],
    files: [
      "- /etc/apt/apt.conf.d/52berth root:root 644 f",
      "- /etc/berth/firewall.nft root:root 644 f",
      "- /etc/berth/proxy root:root 755 d",
      "- /etc/berth/proxy/edge root:root 644 f",
      "- /etc/berth/proxy/haproxy.cfg root:root 644 f",
      "- /etc/berth/proxy/image root:root 644 f",
      "- /etc/berth/proxy/sites root:root 600 f",
      "- /etc/berth/proxy/unanswered.http root:root 644 f",
      "- /etc/ssh/sshd_config.d/00-berth.conf root:root 644 f",
      "- /etc/ssh/sshd_config.d/50-cloud-init.conf root:root 600 f",
      "- /etc/sudoers.d root:root 755 d",
      "- /etc/systemd/system/berth-firewall.service root:root 644 f",
      "- /etc/systemd/system/nftables.service.d root:root 755 d",
      "- /etc/systemd/system/nftables.service.d/berth.conf root:root 644 f",
      "- /etc/systemd/system/sysinit.target.wants/berth-firewall.service root:root 777 l",
      "- /etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer root:root 777 l",
      "- /etc/systemd/system/timers.target.wants/apt-daily.timer root:root 777 l",
      "- /usr/local/sbin/berth-proxy root:root 755 f",
      "- /var/lib/berth/aside root:root 700 d",
      "- /var/lib/berth/firewall.listing root:root 600 f",
      "- /var/lib/berth/proxy root:root 700 d",
      "- /var/lib/berth/proxy/certificates root:root 700 d",
      "- /var/lib/berth/proxy/lock root:root 600 f",
      "- /var/lib/berth/proxy/moves root:root 700 d",
      "- /var/lib/berth/proxy/origin-pulls root:root 700 d",
      "- /var/lib/berth/proxy/served root:root 700 d",
      "+ /etc/sudoers.d root:root 750 d",
      "+ /etc/sudoers.d/90-cloud-init-users root:root 440 f",
      "+ /root/.ssh/authorized_keys root:root 600 f",
    ],
  },
  cryptsend: same,
  // The account that AWS's image comes with; nobody's key enters it any more.
  portal: {
    ...same,
    accounts: ["+ ubuntu:/home/ubuntu:/bin/bash"],
    groups: [
      ...["- adm:", "- cdrom:", "- dip:", "- sudo:clark,maria,sam"],
      ...["+ adm:ubuntu", "+ cdrom:ubuntu", "+ dip:ubuntu", "+ sudo:clark,maria,sam,ubuntu"],
      "+ ubuntu:",
    ],
    files: [
      // cloud-init narrows it where it writes an account's rights.
      "- /etc/sudoers.d root:root 755 d",
      "+ /etc/sudoers.d root:root 750 d",
      "+ /home/ubuntu ubuntu:ubuntu 700 d",
      "+ /home/ubuntu/.bash_logout ubuntu:ubuntu 644 f",
      "+ /home/ubuntu/.bashrc ubuntu:ubuntu 644 f",
      "+ /home/ubuntu/.profile ubuntu:ubuntu 644 f",
      "+ /home/ubuntu/.ssh ubuntu:ubuntu 700 d",
      "+ /home/ubuntu/.sudo_as_admin_successful ubuntu:ubuntu 644 f",
    ],
    contents: [
      ...own.slice(0, 1),
      ...["~ /etc/cloud/cloud.cfg.d/90-image.cfg", "~ /etc/group", "~ /etc/gshadow"],
      ...own.slice(1, 4),
      ...["~ /etc/passwd", "~ /etc/shadow"],
      ...own.slice(4),
      ...["~ /etc/subgid", "~ /etc/subuid"],
    ],
  },
};

/**
 * Without what was set aside on the way, what follows from a machine's sites and when its package lists
 * came, and with one name for containerd's port, which varies.
 */
export function comparable(found: Listing): Listing {
  const varying = /^\/var\/lib\/berth\/(aside|proxy\/(served|certificates|origin-pulls))\//;
  return {
    ...found,
    files: found["files"]!.filter((line) => !varying.test(line)),
    // The image by the day's packages; and when systemd saw this disk first.
    contents: found["contents"]!.filter(
      (line) => !/^\/etc\/(berth\/proxy\/image|\.updated) /.test(line),
    ),
    ports: found["ports"]!.map((line) => line.replace(/127\.0\.0\.1:\d{5}$/, "127.0.0.1:any")),
  };
}

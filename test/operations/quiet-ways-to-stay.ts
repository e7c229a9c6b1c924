/** Ways to stay that hide in what explains others: in names, packages, generated files and links. */

import type { Way } from "./ways-to-stay";

export const quietWaysToStay: readonly Way[] = [
  {
    name: "a line of PAM that ends as the system's own do",
    script: `echo 'session optional pam_exec.so quiet /opt/x [success=1 default=ignore] pam_unix.so' >>/etc/pam.d/common-session`,
    told: /PAM: \/etc\/pam\.d\/common-session says: session optional pam_exec\.so/,
  },
  {
    name: "PAM without the line that refuses",
    script: "echo 'account required pam_permit.so' >/etc/pam.d/common-account",
    told: /PAM: \/etc\/pam\.d\/common-account refuses nobody/,
  },
  {
    name: "a generator of units that is called like compiled Python",
    script: "install -D -m 755 /usr/bin/true /etc/systemd/system-generators/x.pyc",
    told: /units and services: \/etc\/systemd\/system-generators\/x\.pyc/,
  },
  {
    name: "a program at a place that dpkg was told of",
    script: `install -m 755 /usr/bin/true /usr/local/bin/visudo
dpkg-divert --local --no-rename --divert /usr/local/bin/visudo --add /usr/sbin/visudo`,
    told: /programs: \/usr\/local\/bin\/visudo: no package brought it/,
  },
  {
    name: "a package of one's own that passes for what another needs",
    script: `install -d /tmp/deb/DEBIAN /tmp/deb/usr/bin; cp /usr/bin/true /tmp/deb/usr/bin/quietd
printf 'Package: quietd\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/tmp/deb/DEBIAN/control
dpkg-deb -b /tmp/deb /tmp/quietd.deb; dpkg -i /tmp/quietd.deb; apt-mark auto quietd; rm -r /tmp/deb /tmp/quietd.deb`,
    told: /apt and dpkg: package quietd was installed or changed, from no archive or past apt/,
  },
  {
    name: "a package of one's own, noted in a log that was put away",
    script: `install -d /tmp/deb/DEBIAN /tmp/deb/usr/bin; cp /usr/bin/true /tmp/deb/usr/bin/oldd
printf 'Package: oldd\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/tmp/deb/DEBIAN/control
dpkg-deb -b /tmp/deb /tmp/oldd.deb; dpkg -i /tmp/oldd.deb; rm -r /tmp/deb /tmp/oldd.deb
grep ' install oldd' /var/log/dpkg.log | gzip >/var/log/dpkg.log.2.gz; sed -i '/ oldd/d' /var/log/dpkg.log`,
    told: /apt and dpkg: package oldd was installed/,
  },
  {
    name: "another version of a package, of one's own",
    script: `install -d /tmp/deb/DEBIAN
printf 'Package: sensible-utils\\nVersion: 99\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/tmp/deb/DEBIAN/control
dpkg-deb -b /tmp/deb /tmp/own.deb; dpkg -i /tmp/own.deb; rm -r /tmp/deb /tmp/own.deb`,
    told: /apt and dpkg: package sensible-utils was installed or changed, from no archive or past apt/,
  },
  {
    name: "a capability of a program that lies apart",
    script:
      "install -D -m 755 /usr/bin/true /var/lib/misc/.p; setcap cap_setuid+ep /var/lib/misc/.p",
    told: /programs with the rights of others: \/var\/lib\/misc\/\.p/,
  },
  {
    name: "a group that equals root, by its number",
    script: `sed -i "1i helpers:x:$(getent group disk | cut -d: -f3):www-data" /etc/group`,
    told: /accounts: www-data is in group disk/,
  },
  {
    name: "a name that leads elsewhere",
    script: "echo '203.0.113.9 github.com' >>/etc/hosts",
    told: /loader and names: \/etc\/hosts says: 203\.0\.113\.9 github\.com/,
  },
  {
    name: "an authority that all programs trust",
    script: `openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=stay -days 9 >>/etc/ssl/certs/ca-certificates.crt`,
    told: /other files: \/etc\/ssl\/certs\/ca-certificates\.crt holds authorities that no package brought: 1/,
  },
  {
    name: "Python's start-up file of root's",
    script: "install -D /etc/hostname /root/.local/lib/python3.13/site-packages/usercustomize.py",
    told: /start-up files: \/root\/\.local\/lib\/python3\.13\/site-packages\/usercustomize\.py/,
  },
  {
    name: "hooks of a repository without files, and programs in a repository's settings",
    script: `install -D -m 755 /etc/hostname /srv/app.git/hooks/post-receive; install -d /srv/other/.git
printf '[core]\\n\\tfsmonitor = /opt/x\\n' >/srv/other/.git/config`,
    told: /hooks: \/srv\/app\.git\/hooks\/post-receive runs with git[^]*hooks: \/srv\/other\/\.git\/config names programs/,
  },
  {
    name: "containers that have the machine by a volume, a link, a home and devices",
    script: `tar -C / -c usr/bin/true | docker import - y
docker volume create -o type=none -o o=bind -o device=/ whole; ln -s / /srv/whole
docker create --name by-volume -v whole:/host y /usr/bin/true
docker create --name by-link -v /srv/whole:/host y /usr/bin/true
docker create --name by-home -v /home/ana:/host y /usr/bin/true
docker create --name by-rule --device-cgroup-rule 'b *:* rwm' y /usr/bin/true`,
    told: /by-home has \/home\/ana[^]*by-link has \/[^]*by-rule has devices b \*:\* rwm[^]*by-volume has \//,
  },
];

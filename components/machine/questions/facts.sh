# shellcheck shell=bash
# What a person wants to know of a machine at a glance. Reads only.
set -uo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
printf 'owner: %s\n' "$(cat /etc/berth/owner 2>/dev/null || echo none)"
# Of its first process: the kernel of a machine in a container has been up for longer.
read -r up < <(ps -o etimes= -p 1)
printf 'uptime: %s\n' "$up"
df -P / /var/lib/docker 2>/dev/null | awk 'NR > 1 {sub("%", "", $5); if ($5 > most) most = $5} END {print "disk: " most + 0}'
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo 'reboot: yes'; else echo 'reboot: no'; fi
# A simulation: takes no lock and reads the lists that the machine fetched last.
apt-get -s -qq -o Debug::NoLocking=1 dist-upgrade 2>/dev/null |
  awk '/^Inst / {all++; if (/[Ss]ecurity/) security++} END {print "updates: " all + 0; print "security: " security + 0}'
if [ -x /usr/local/sbin/berth-proxy ]; then printf 'proxy: %s\n' "$(/usr/local/sbin/berth-proxy status 2>/dev/null | head -c 60000)"; fi
if [ -x /usr/local/sbin/berth-site ]; then printf 'sites: %s\n' "$(/usr/local/sbin/berth-site status 2>/dev/null | tr -d '\n' | head -c 200000)"; fi
if [ -x /usr/local/sbin/berth-backup ]; then printf 'backups: %s\n' "$(/usr/local/sbin/berth-backup status 2>/dev/null | tr -d '\n' | head -c 200000)"; fi

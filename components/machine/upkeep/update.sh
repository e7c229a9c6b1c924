# shellcheck shell=bash
# Installs the updates that wait, in a unit of its own: a session that is cut off ends nothing half-way.
log=/var/lib/berth/maintenance.log
program=/run/berth-update.sh

if ! still_free; then
  echo 'update: held'
  exit 0
fi
install -d -m 700 /var/lib/berth
# A file, since systemd would read dollars in a command line before the shell does. Removes nothing, keeps every
# changed file of configuration, and waits for whoever holds apt's locks.
rm -f "$program"
(
  umask 077
  cat >"$program" <<'END'
exec >/var/lib/berth/maintenance.log 2>&1 </dev/null
umask 022
options=(-qq -y -o APT::Get::Remove=false -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
apt-get "${options[@]}" update && apt-get "${options[@]}" upgrade --with-new-pkgs
END
)
systemd-run --quiet --collect --wait --unit "$maintenance" --setenv=DEBIAN_FRONTEND=noninteractive --setenv=LC_ALL=C bash "$program" 2>/dev/null
status=$?
if [ "$status" = 0 ]; then
  echo 'update: done'
  # What is counted as waiting and was not installed: it would take another package away.
  left=$(apt-get -s -qq -o Debug::NoLocking=1 dist-upgrade 2>/dev/null | awk '/^Inst / {print $2}' | tr '\n' ' ' | tr -cd 'a-z0-9+.: -' | head -c 400)
  if [ -n "$left" ]; then echo "left: $left"; fi
else
  said=$(grep -E '^(E|dpkg): ' "$log" 2>/dev/null | tail -n 3 | tr '\n' ' ' | tr -cd ' -~' | head -c 400)
  printf 'update: failed %s\n' "${said:-it ended with status $status}; see $log there"
fi
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo 'reboot: yes'; else echo 'reboot: no'; fi

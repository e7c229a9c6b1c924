# shellcheck shell=bash
# What the parts of a maintenance share. The machine is left alone while something else is at work on it.
set -uo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

maintenance=berth-maintenance.service
# Gone with the boot that it was written in, as all of /run is.
# shellcheck disable=SC2034 # for those parts alone that reboot
going=/run/berth-maintenance

# hindrances: a line for each thing for which the machine shall not be touched now. Reads only.
hindrances() {
  local file slug unit state moving=' ' ids name policy
  for file in /var/lib/berth/moves/*/marker /var/lib/berth/moves/*/phase.json; do
    slug=${file%/*}
    slug=${slug##*/}
    if [ -e "$file" ] && [[ $moving != *" $slug "* ]]; then moving+="$slug " && echo "hinders: busy a move of $slug"; fi
  done
  while read -r unit _ state _; do
    case $unit:$state in
      *.service:active | *.service:activating | *.service:deactivating) ;;
      *) continue ;;
    esac
    case $unit in
      "$maintenance") echo "hinders: busy a maintenance" ;;
      berth-delivery-*) unit=${unit#berth-delivery-} && echo "hinders: busy a delivery of ${unit%.service}" ;;
    esac
  done < <(systemctl list-units --plain --no-legend --all "$maintenance" 'berth-delivery-*.service' 2>/dev/null)
  if [ -x /usr/local/sbin/berth-backup ]; then
    /usr/local/sbin/berth-backup status 2>/dev/null | python3 -I -c '
import json, sys
for each in json.load(sys.stdin)["backups"]:
    if each.get("restoring"):
        print("hinders: busy a restore of", each["slug"])
    elif each.get("running"):
        print("hinders: busy a backup of", each["slug"])
' 2>/dev/null || echo 'hinders: ill its program of backups does not say what is at work'
  fi
  if command -v docker >/dev/null; then
    if ids=$(timeout 30 docker ps -q --no-trunc 2>/dev/null); then
      while read -r name policy; do
        case $policy in
          always | unless-stopped | '') ;;
          *) echo "hinders: ill ${name#/} would not start again by itself (restart: $policy)" ;;
        esac
      done < <([ -z "$ids" ] || timeout 60 xargs docker inspect -f '{{.Name}} {{or .HostConfig.RestartPolicy.Name "no"}}' <<<"$ids" 2>/dev/null)
    else
      echo 'hinders: ill Docker does not answer'
    fi
  fi
}

# still_free: says what hinders and fails where anything does.
still_free() {
  local said
  said=$(hindrances)
  if [ -z "$said" ]; then return 0; fi
  printf '%s\n' "$said"
  return 1
}

# web: whether anything listens where visitors come in.
web() {
  if { : <>/dev/tcp/127.0.0.1/443; } 2>/dev/null; then echo 'web: open'; else echo 'web: shut'; fi
}

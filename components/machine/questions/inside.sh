# shellcheck shell=bash
# What listens on this machine beyond its loopback, and which containers it has. Reads only. Numbers and JSON alone: a
# name that a process gives itself could be read as another line.
set -uo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin

# listening: each socket that takes what comes in, and how many there are; no number where nobody could look.
listening() {
  local said protocol local address port many=0 passing=32768
  # From here on ports are given out to who asks a question, and takes the answer.
  read -r passing _ </proc/sys/net/ipv4/ip_local_port_range
  said=$(ss -Hlntu 2>/dev/null) || return 0
  while read -r protocol _ _ _ local _; do
    port=${local##*:}
    address=${local%:*}
    address=${address%%%*}
    address=${address#[}
    address=${address%]}
    case $address in '' | 127.* | ::1 | ::ffff:127.*) continue ;; esac
    if [ "$protocol" = udp ] && [ "$port" -ge "$passing" ]; then continue; fi
    many=$((many + 1))
    if [ "$many" -le 500 ]; then printf 'listens: %s %s %s\n' "$protocol" "$address" "$port"; fi
  done < <(sort -u <<<"$said")
  printf 'listening: %s\n' "$many"
}

# containers: a line of JSON for each, and how many there are; no number where nobody could look.
containers() {
  local ids said format
  if ! command -v docker >/dev/null; then
    echo 'containers: 0'
    return 0
  fi
  ids=$(timeout 30 docker ps -aq --no-trunc 2>/dev/null) || return 0
  if [ -z "$ids" ]; then
    echo 'containers: 0'
    return 0
  fi
  format='[{{json .Name}},{{json .Image}},{{json .State.Status}},{{json (index .Config.Labels "com.docker.compose.project")}},{{json (index .Config.Labels "com.docker.compose.service")}},{{json (index .Config.Labels "com.docker.compose.oneoff")}}]'
  # One that goes meanwhile is left out.
  said=$(timeout 60 xargs docker inspect --type container -f "$format" <<<"$ids" 2>/dev/null)
  if [ -z "$said" ]; then return 0; fi
  head -n 500 <<<"$said" | sed 's/^/container: /'
  printf 'containers: %s\n' "$(wc -l <<<"$said")"
}

listening
containers

# shellcheck shell=bash
# What each site's service answers on the machine's loopback, asked as the proxy asks it. Reads only.
set -uo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# answer SLUG PORT DOMAIN PATH: a line that names the site and the status of what came back, 0 for nothing.
answer() {
  local word='' status=''
  if { exec 3<>"/dev/tcp/127.0.0.1/$2"; } 2>/dev/null; then
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 127.0.0.1\r\nUser-Agent: berth-board\r\n\r\n' "$4" "$3" >&3
    read -r -t 8 word status _ <&3
  fi
  case $word in HTTP/*) ;; *) status=0 ;; esac
  printf 'answer: %s %s\n' "$1" "${status:-0}"
}

for line in "${SITES[@]}"; do
  # Each in a process of its own: one that hangs holds no other up, and closes its own connection.
  read -r slug port domain path <<<"$line"
  answer "$slug" "$port" "$domain" "$path" &
done
wait

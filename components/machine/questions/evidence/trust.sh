# shellcheck shell=bash
# Whom the machine's programs take for somebody else: names that lead elsewhere, and authorities of their own.

# Of a file that the system's programs write too: what it says, where it changed since.
if [ "$(stat -Lc %Z /etc/hosts 2>/dev/null || echo 0)" -ge "$since" ]; then
  read -r own_name </proc/sys/kernel/hostname
  while read -r address names; do
    case $address in '' | '#'* | 127.* | ::1 | fe00::* | ff0?::*) continue ;; esac
    names=${names%%#*}
    for name in $names; do
      if [ "${name%%.*}" != "${own_name%%.*}" ]; then found "loader and names" "/etc/hosts says: $address ${names% }" && break; fi
    done
  done </etc/hosts
fi

# authorities_in FILE...: their certificates, one a line without its lines' ends.
authorities_in() {
  cat -- "$@" 2>/dev/null | tr -d '\0\r' | awk '/^-----BEGIN/ {text = ""; on = 1; next} /^-----END/ {if (on) print text; on = 0; next} on {text = text $0}'
}
bundle=/etc/ssl/certs/ca-certificates.crt
if [ "$(stat -Lc %Z "$bundle" 2>/dev/null || echo 0)" -ge "$since" ]; then
  # Those of /usr/local no package brought either: the files are told.
  mapfile -d '' -t sources < <(find /usr/share/ca-certificates /usr/local/share/ca-certificates -name '*.crt' -print0 2>/dev/null)
  strangers=$({
    authorities_in "${sources[@]}"
    echo ---
    authorities_in "$bundle"
  } | awk '$0 == "---" {now = 1; next} !now {known[$0]; next} !($0 in known) {many++} END {print many + 0}')
  if [ "$strangers" -gt 0 ]; then found "other files" "$bundle holds authorities that no package brought: $strangers"; fi
fi

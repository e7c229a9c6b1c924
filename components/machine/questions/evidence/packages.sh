# shellcheck shell=bash
# Packages explain their files, so those that came since are told themselves: those that somebody asked for, and those
# that no archive has, or that came past apt, whether new or in the place of another version.

# homemade PACKAGE...: sets own to those whose version is in no archive, and is not an older one of it. A kernel's
# version is its name, and leaves the archive with the next one.
homemade() {
  own=()
  if [ $# -eq 0 ]; then return 0; fi
  mapfile -t own < <(apt-cache policy "$@" 2>/dev/null | awk '
    function tell() { if (here && alone && installed == candidate && name !~ /^linux-[a-z-]+-[0-9]/) print name; here = 0 }
    /^[^ ]/ { tell(); name = $1; sub(/:.*/, "", name) }
    $1 == "Installed:" { installed = $2 }
    $1 == "Candidate:" { candidate = $2 }
    /^ \*\*\* / { here = 1; alone = 1; reading = 1; next }
    /^     [^ ]/ { reading = 0 }
    reading && /^        / && $2 != "/var/lib/dpkg/status" { alone = 0 }
    END { tell() }')
}

# past_apt: sets past to packages that dpkg installed or changed since more often than apt did it at that version.
past_apt() {
  mapfile -t past < <({
    zcat -f -- /var/log/apt/history.log* 2>/dev/null
    echo ---
    zcat -f -- "${logs[@]}" 2>/dev/null
  } | awk -v since="$came" -v begun="$begun" '
    $0 == "---" { dpkg = 1; next }
    !dpkg && $1 == "Start-Date:" { counts = ($2 " " $3) >= begun }
    !dpkg && counts && /^(Install|Upgrade|Downgrade|Reinstall): / {
      kind = $1
      sub(/^[A-Za-z]+: /, "")
      many = split($0, entries, /\), /)
      for (at = 1; at <= many; at++) {
        split(entries[at], halves, / \(/)
        sub(/:.*/, "", halves[1]); sub(/\)$/, "", halves[2])
        split(halves[2], versions, ", ")
        done[halves[1] " " ((kind == "Upgrade:" || kind == "Downgrade:") ? versions[2] : versions[1])]++
      }
    }
    dpkg && ($3 == "install" || $3 == "upgrade") && ($1 " " $2) >= since { sub(/:.*/, "", $4); if (done[$4 " " $6]-- <= 0) print $4 }' | sort -u)
}

logs=()
for file in /var/log/dpkg.log*; do if [ -r "$file" ]; then logs+=("$file"); fi; done
if [ ${#logs[@]} -eq 0 ]; then
  say blind "packages that were installed since: /var/log/dpkg.log is missing"
else
  # As the logs have it, which are in the machine's own time.
  came=$(env -u TZ date -d "@$since" '+%Y-%m-%d %H:%M:%S')
  # A run of apt that had begun when somebody came.
  begun=$(env -u TZ date -d "@$((since - 3600))" '+%Y-%m-%d %H:%M:%S')
  read -r first < <(zcat -f -- "${logs[@]}" 2>/dev/null | awk 'NF > 3 {print $1 " " $2}' | sort | head -n 1)
  if [ ${#logs[@]} -gt 1 ] && [[ ${first:-} > $came ]]; then say blind "packages that were installed before $first: dpkg's log of that time is gone"; fi
  mapfile -t touched < <(zcat -f -- "${logs[@]}" 2>/dev/null | awk -v since="$came" '($3 == "install" || $3 == "upgrade") && ($1 " " $2) >= since {sub(/:.*/, "", $4); print $4}' | sort -u)
  mapfile -t installed < <(zcat -f -- "${logs[@]}" 2>/dev/null | awk -v since="$came" '$3 == "install" && ($1 " " $2) >= since {sub(/:.*/, "", $4); print $4}' | sort -u)
  mapfile -t asked < <(apt-mark showmanual 2>/dev/null)
  if apt-cache policy 2>/dev/null | grep -E '^ *-?[0-9]+ [a-z+]+:' >/dev/null; then homemade "${touched[@]}"; else
    own=()
    say blind "which archives packages are from: apt has no lists of any"
  fi
  past=()
  if [ -r /var/log/apt/history.log ]; then past_apt; else say blind "packages that came past apt: /var/log/apt/history.log is missing"; fi
  declare -A told_package=()
  for package in "${touched[@]}"; do
    if [ -n "${told_package[$package]:-}" ] || ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep '^installed' >/dev/null; then continue; fi
    told_package[$package]=yes
    if within "$package" "${own[@]}" "${past[@]}"; then
      found "apt and dpkg" "package $package was installed or changed, from no archive or past apt"
    elif within "$package" "${installed[@]}" && within "$package" "${asked[@]}" && ! within "$package" git sudo unattended-upgrades docker.io docker-cli docker-compose docker-compose-v2 python3; then
      found "apt and dpkg" "package $package was installed"
    fi
  done
fi

# shellcheck shell=bash
# Accounts by name, number and home: one that can log in is declared, or it is told.

# entries DATABASE FILE: every account of every name service, and of the file should a service hide it.
entries() { { getent "$1"; cat "$2" 2>/dev/null; } | awk '!seen[$0]++'; }
declare -A shadows=()
while IFS= read -r line; do if [ -n "${line%%:*}" ]; then shadows[${line%%:*}]=$line; fi; done < <(entries shadow /etc/shadow)
today=$(($(date +%s) / 86400))

# The numbers that are the person's: of the account, and of what it left under its name.
uids=()
if [ -n "$MEMBER" ]; then
  mapfile -t uids < <({
    getent passwd "$MEMBER" | cut -d: -f3
    stat -c %u "/home/$MEMBER" "/var/log/berth/history/$MEMBER" 2>/dev/null
  } | awk '$1 >= 1000 && $1 < 60000 && !seen[$1]++')
  for name in "${DECLARED[@]}"; do
    uid=$(id -u "$name" 2>/dev/null) || continue
    for at in "${!uids[@]}"; do if [ "${uids[at]}" = "$uid" ]; then unset "uids[at]"; fi; done
  done
fi

# Groups that equal root, by number: each that bears such a name, should there be two.
declare -A strong=()
while IFS=: read -r name _ number _; do
  if [ -n "$number" ] && within "$name" root sudo admin wheel docker lxd incus-admin disk shadow libvirt kmem; then strong[$number]=$name; fi
done < <(entries group /etc/group)

while IFS=: read -r name secret uid _ _ home shell; do
  if [ -z "$name" ] || [ -z "${uid//[!0-9]/}" ]; then continue; fi
  IFS=: read -r _ password _ _ _ _ _ expiry _ <<<"${shadows[$name]:-}"
  if [ "$secret" != x ]; then password=$secret; fi
  expired=
  if [ -n "${expiry:-}" ] && [ "$expiry" -le "$today" ]; then expired=yes; fi
  ways=()
  case ${password:-*} in '!'* | '*'*) ;; *) ways+=("a password") ;; esac
  if [ -n "${shadows[$name]:-}" ] && [ -z "$password" ]; then ways+=("an empty password"); fi
  case $shell in */nologin | */false | */sync | */shutdown | */halt) ways=() closed_shell=yes ;; *) closed_shell= ;; esac
  listed "$name" "$uid" "$home"
  if [ "$name" = berth-move ] && of_mover "$uid" "$home" "$shell"; then keys=(); fi
  if [ ${#keys[@]} -gt 0 ]; then ways+=("keys in ${keys[*]}"); fi
  of=
  if [ -n "$MEMBER" ] && [ "$name" != "$MEMBER" ]; then
    if within "$uid" "${uids[@]}"; then of=", $MEMBER's by its number"; elif [ "$home" = "/home/$MEMBER" ]; then of=", $MEMBER's by its home"; fi
  fi
  if [ "$uid" = 0 ] && [ "$name" != root ]; then
    if [ -z "$expired" ]; then say open "account $name has root's number, 0"; else found accounts "$name has root's number, 0; it is expired"; fi
  fi
  if ! within "$name" "${DECLARED[@]}" "$INITIAL_ACCOUNT" root && [ "$name" != "$MEMBER" ] && [ -z "$expired" ]; then
    how=$(IFS=,; echo "${ways[*]}")
    if [ ${#ways[@]} -gt 0 ]; then
      say open "account $name (number $uid$of) can log in and is not declared: ${how//,/ and }"
    elif [ -n "$of" ]; then
      say open "account $name (number $uid$of) is not closed"
    elif [ "$MADE_BY_BERTH" = yes ] && [ -z "$closed_shell" ] && [ "$uid" -ge 1000 ] && [ "$uid" -lt 60000 ]; then
      found accounts "$name (number $uid) is not declared; it has neither key nor password"
    fi
  elif [ "$MADE_BY_BERTH" = yes ] && [ "$name" != "$MEMBER" ]; then
    case " ${ways[*]} " in *' password '*) say open "account $name has a password" ;; esac
    if [ ${#keys[@]} -gt 0 ] && ! within "$name" "${DECLARED[@]}"; then say open "account $name has keys in ${keys[*]}"; fi
  fi
  # A group that equals root, by its name or its number, for who is declared nowhere.
  if ! within "$name" "${DECLARED[@]}" "$INITIAL_ACCOUNT" root "$MEMBER"; then
    in_groups=()
    read -ra numbers < <(id -G -- "$name" 2>/dev/null)
    for number in "${numbers[@]}"; do in_groups+=("${strong[$number]:-}"); done
    for group in $( (printf '%s\n' "${in_groups[@]}" && id -nG -- "$name" 2>/dev/null | tr ' ' '\n') | sort -u); do
      if within "$group" "${strong[@]}"; then
        case $name:$group in sync:* | games:games | *:shadow) ;; *) found accounts "$name is in group $group" ;; esac
      fi
    done
  fi
done < <(entries passwd /etc/passwd)

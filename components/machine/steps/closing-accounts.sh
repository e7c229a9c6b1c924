# shellcheck shell=bash
# Members who left come first: whatever fails later, they are out. Files stay.

# end_sessions NAME UID: everything that runs as the account or in a session that it opened, also
# shells that became root in it.
end_sessions() {
  loginctl disable-linger "$1" 2>/dev/null || true
  loginctl kill-user --signal=KILL "$1" 2>/dev/null || true
  local round
  for ((round = 0; round < 50; round++)); do
    if ! pkill -KILL -U "$2"; then return 0; fi
    sleep 0.1
  done
  return 1
}

# close_account NAME: no key, no rights, no session.
close_account() {
  local uid gid home shell password expiry group open='' rest=
  account "$1" || return 0
  if [ "$uid" -lt 1000 ] || [ "$uid" -ge 60000 ]; then
    failed "account $1" "left, but its number is now $uid, a system account's; close it by hand"
    return 0
  fi
  if [ "$expiry" != 1 ] || [[ $password != [!*]* ]] || [ "$shell" != /usr/sbin/nologin ]; then open=" login"; fi
  for group in "${!groups[@]}"; do
    if in_group "$1" "$group"; then
      if within "$group" sudo dev docker admin; then open+=" group-$group"; else rest+=${rest:+,}$group; fi
    fi
  done
  local file
  for file in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
    if [ -e "$file" ] || [ -L "$file" ]; then open+=" ${file##*/}"; fi
  done
  if ! within "$1" "${closed[@]}"; then open+=" sessions"; fi
  if [ -z "$open" ]; then return 0; fi
  if differs "account $1" "is no member any more; still open:$open"; then
    usermod --expiredate 1 --password '!*' --shell /usr/sbin/nologin --groups "$rest" "$1"
    # Before the files, which may be where nothing can be moved.
    end_sessions "$1" "$uid" || failed "account $1" "is closed, but processes of it do not end"
    for file in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" "/var/spool/cron/crontabs/$1"; do
      if [ -e "$file" ] || [ -L "$file" ]; then set_aside "$file"; fi
    done
    if ! pgrep -U "$uid" >/dev/null; then add_to /var/lib/berth/closed "$1"; fi
  fi
}

listed /var/lib/berth/accounts
known=("${list[@]}")
listed /var/lib/berth/closed
closed=("${list[@]}")
if managed people; then
  leaving=$changed
  for name in "${known[@]}"; do
    if ! within "$name" "$AUTOMATION" "${MEMBERS[@]}"; then alone "account $name" close_account "$name"; fi
  done
  if [ "$changed" -ne "$leaving" ]; then read_accounts; fi
fi

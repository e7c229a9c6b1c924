# shellcheck shell=bash
# What is left of one person on this machine. Reads only. MEMBER is the account; KEYS holds the
# person's public keys, type and key, where they are known from other machines.
set -uo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

if grep -qsxF "$MEMBER" /var/lib/berth/accounts; then echo 'known: yes'; else echo 'known: no'; fi
while read -r name; do printf 'former: %s\n' "$name"; done < <(cat /var/lib/berth/accounts 2>/dev/null)

entry=$(getent passwd "$MEMBER")
if [ -z "$entry" ]; then
  echo 'account: none'
else
  IFS=: read -r _ _ uid _ _ home shell <<<"$entry"
  IFS=: read -r _ password _ _ _ _ _ expiry _ < <(getent shadow "$MEMBER")
  printf 'account: %s\n' "$uid"
  case $password in '!'* | '*'*) ;; *) echo 'open: has a password' ;; esac
  if [ "$expiry" != 1 ]; then echo 'open: the account is not expired'; fi
  if [ "$shell" != /usr/sbin/nologin ]; then printf 'open: the shell is %s\n' "$shell"; fi
  for file in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
    if [ -e "$file" ] || [ -L "$file" ]; then printf 'open: keys in %s\n' "$file"; fi
  done
  for group in $(id -nG "$MEMBER"); do
    if [ "$group" = sudo ] || [ "$group" = docker ] || [ "$group" = dev ] || [ "$group" = admin ]; then
      printf 'open: in group %s\n' "$group"
    fi
  done
  rights=$(sudo -n -l -U "$MEMBER" 2>/dev/null)
  case $rights in *'may run the following'*) echo 'open: has rights in sudo' ;; esac
  if [ -e "/var/spool/cron/crontabs/$MEMBER" ]; then echo 'open: has a crontab'; fi
  running=$(pgrep -c -U "$uid")
  if [ "$running" -gt 0 ]; then printf 'open: %s processes run\n' "$running"; fi
  # Shells that became root keep in their environment who they were.
  while IFS=/ read -r _ _ process _; do
    printf 'open: process %s runs with rights taken from sudo\n' "$process"
  done < <(grep -lzxF "SUDO_USER=$MEMBER" /proc/[0-9]*/environ 2>/dev/null)
  # The person's own keys: in place, or where a converge put them aside.
  {
    cat "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" 2>/dev/null
    find /var/lib/berth/aside -name '*authorized_keys*' -user "$MEMBER" -exec cat {} + 2>/dev/null
  } | awk '/^(ssh|ecdsa|sk)-/ {print "key: " $1 " " $2}' | sort -u
fi

# The person's keys in somebody else's list let them in under another name.
while IFS=: read -r name _ _ _ _ home _; do
  for file in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
    [ -f "$file" ] || continue
    for key in "${KEYS[@]}"; do
      if [ "$name" != "$MEMBER" ] && grep -qF "$key" "$file"; then
        printf 'open: a key of %s is in %s\n' "$MEMBER" "$file"
      fi
    done
  done
done < <(getent passwd)
echo 'end: yes'

# shellcheck shell=bash
# The person's own account and keys.
if [ -n "$MEMBER" ]; then
  if grep -qsxF "$MEMBER" /var/lib/berth/accounts; then echo 'known: yes'; else echo 'known: no'; fi
  while read -r name; do say former "$name"; done < <(cat /var/lib/berth/accounts 2>/dev/null)
  entry=$(getent passwd "$MEMBER")
  homes=("/home/$MEMBER")
  if [ -z "$entry" ]; then
    echo 'account: none'
  else
    IFS=: read -r _ _ uid _ _ home shell <<<"$entry"
    homes+=("$home")
    IFS=: read -r _ password _ _ _ _ _ expiry _ < <(getent shadow "$MEMBER")
    say account "$uid"
    case $password in '!'* | '*'*) ;; *) say open "has a password" ;; esac
    if [ "$expiry" != 1 ]; then say open "the account is not expired"; fi
    if [ "$shell" != /usr/sbin/nologin ]; then say open "the shell is $shell"; fi
    for file in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
      if [ -e "$file" ] || [ -L "$file" ]; then say open "keys in $file"; fi
    done
    for group in $(id -nG "$MEMBER"); do
      if within "$group" sudo docker dev admin lxd wheel root disk shadow; then say open "in group $group"; fi
    done
    rights=$(sudo -n -l -U "$MEMBER" 2>/dev/null)
    case $rights in *'may run the following'*) say open "has rights in sudo" ;; esac
    for file in "/var/spool/cron/crontabs/$MEMBER" "/var/spool/cron/$MEMBER" "/var/lib/systemd/linger/$MEMBER"; do
      if [ -e "$file" ]; then say open "$file starts what the account left"; fi
    done
  fi
  # The person's own keys: in place, or where a converge put them aside.
  {
    for home in "${homes[@]}"; do cat "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" 2>/dev/null; done
    for uid in "${uids[@]}"; do find /var/lib/berth/aside -type f -name '*authorized_keys*' -uid "$uid" -exec cat {} + 2>/dev/null; done
  } | head -c 1000000 | tr -d '\0' | tr '\t\r\v\f' '    ' |
    awk '!/^ *#/ {for (i = 2; i <= NF; i++) if ($i ~ /^AAAA[A-Za-z0-9+\/]+=*$/ && length($i) < 4000) print "key: " $(i - 1) " " $i}' | sort -u | head -n 100
  # What may open other places with the person's name.
  for home in "${homes[@]}"; do
    for file in .docker/config.json .aws/credentials .netrc .git-credentials .config/gh/hosts.yml .kube/config .npmrc; do
      if [ -f "$home/$file" ]; then found "kept logins" "$home/$file: revoke what it opens"; fi
    done
  done
fi

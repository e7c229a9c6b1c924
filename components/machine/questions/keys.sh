# shellcheck shell=bash
# The keys that enter the account of the deployers, as sshd reads them. Reads only.
home=$(getent passwd "$ACCOUNT" | cut -d: -f6)
while IFS= read -r line || [ -n "$line" ]; do
  case $line in '' | '#'*) ;; *) printf 'key: %s\n' "$line" ;; esac
done < <(cat "$home/.ssh/authorized_keys" 2>/dev/null)
printf 'root: %s\n' "$(id -u)"

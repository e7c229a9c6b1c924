# shellcheck shell=bash
# A look at a machine that Berth did not make. Reads only; every line is "subject: value".
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
grep -s '^PRETTY_NAME=' /etc/os-release | sed 's/^[^=]*=/system: /; s/"//g'
printf 'owner: %s\n' "$(cat /etc/berth/owner 2>/dev/null || echo none)"
getent passwd | while IFS=: read -r name _ uid _ _ home shell; do
  if [ "$uid" != 0 ] && { [ "$uid" -lt 1000 ] || [ "$uid" -ge 60000 ]; }; then continue; fi
  printf 'account: %s groups=%s shell=%s\n' "$name" "$(id -nG "$name" | tr ' ' ,)" "$shell"
  for keys in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
    if [ -f "$keys" ]; then
      ssh-keygen -lf "$keys" 2>/dev/null | while read -r _ fingerprint comment; do
        printf 'key: %s %s %s\n' "$name" "$fingerprint" "$comment"
      done
    fi
  done
done
for file in /etc/sudoers.d/*; do
  if [ -f "$file" ] && [ "${file##*/}" != README ]; then printf 'sudoers: %s\n' "$file"; fi
done
sshd -T -C user=root,host=192.0.2.1,addr=192.0.2.1,laddr=127.0.0.1,lport=22,rdomain= 2>/dev/null | grep -E '^(permitrootlogin|passwordauthentication|port|allowusers|allowgroups|authorizedkeysfile) ' | sed 's/^/sshd: /'
{ ss -Hlntup 2>/dev/null || true; } | sed -E 's/users:\(\("([^"]*)".*/\1/' | awk '{print "port: " $1 " " $5 " " $7}' | sort -u
for proxy in nginx haproxy apache2 caddy traefik; do
  if command -v "$proxy" >/dev/null; then
    printf 'proxy: %s %s\n' "$proxy" "$(systemctl is-active "$proxy" 2>/dev/null)"
  fi
done
if command -v docker >/dev/null; then
  printf 'docker: %s from %s\n' "$(docker --version 2>/dev/null)" "$(dpkg-query -S "$(readlink -f "$(command -v docker)")" 2>/dev/null | cut -d: -f1)"
  docker compose ls --all --format json 2>/dev/null | sed 's/^/compose: /'
  docker ps --format '{{.Names}} {{.Image}} {{.Ports}}' 2>/dev/null | sed 's/^/container: /'
  docker volume ls --format '{{.Name}}' 2>/dev/null | sed 's/^/volume: /'
fi
exit 0

# shellcheck shell=bash
# Files that no package brought, or that are not as their package brought them.

# unowned FILE...: sets strays to those that no package lists, nor diverts another's file to. `/bin` and the like are
# links to `/usr`.
unowned() {
  strays=()
  if [ $# -eq 0 ]; then return 0; fi
  mapfile -t strays < <(printf '%s\n' "$@" | awk '
    function real(path) { if (path ~ /^\/(bin|sbin|lib|lib32|lib64|libx32)\//) return "/usr" path; return path }
    FILENAME == "-" { name[real($0)] = $0; next }
    FILENAME ~ /diversions$/ { at = FNR % 3; if (at == 2) to = $0; else if (at == 0 && $0 != ":") delete name[real(to)]; next }
    real($0) in name { delete name[real($0)] }
    END { for (each in name) print name[each] }' - /var/lib/dpkg/info/*.list /var/lib/dpkg/diversions | sort)
}

# altered FILE...: sets changed to those whose content is not what their package brought. One without
# a checksum is passed over.
altered() {
  changed=()
  if [ $# -eq 0 ]; then return 0; fi
  mapfile -t changed < <({
    awk '/^Conffiles:/ {on = 1; next} /^[^ ]/ {on = 0} on && NF >= 2 && $3 != "obsolete" {print $2 "  " $1}' /var/lib/dpkg/status
    awk '{sum = $1; sub(/^[^ ]+ +/, ""); print sum "  /" $0}' /var/lib/dpkg/info/*.md5sums
    echo ---
    printf '%s\0' "$@" | xargs -0 md5sum -- 2>/dev/null
  } | awk '
    function real(path) { if (path ~ /^\/(bin|sbin|lib|lib32|lib64|libx32)\//) return "/usr" path; return path }
    $0 == "---" { seen = 1; next }
    { sum = $1; path = substr($0, length(sum) + 3) }
    !seen { wanted[real(path)] = wanted[real(path)] " " sum; next }
    (real(path) in wanted) && index(wanted[real(path)], sum) == 0 { print path }')
}

# kind_of FILE: what a file at this place does, by which it is told.
kind_of() {
  case $1 in
    */systemd/* | /etc/init.d/* | /etc/rc?.d/* | /etc/rc.local | /etc/inittab) kind="units and services" ;;
    /etc/cron* | /etc/anacrontab | /var/spool/*) kind="cron and at" ;;
    /etc/pam.d/* | /etc/pam.conf | /etc/security/* | */security/pam_*) kind=PAM ;;
    /etc/apt/* | /etc/dpkg/* | /etc/kernel/* | /etc/needrestart/*) kind="apt and dpkg" ;;
    /etc/ld.so* | /etc/nsswitch.conf | */libnss_*) kind="loader and names" ;;
    */udev/* | /etc/modules* | /etc/modprobe.d/* | /run/modules-load.d/* | */modules/* | */binfmt.d/* | /etc/sysctl* | /etc/initramfs-tools/* | /etc/dkms/*) kind="kernel and devices" ;;
    /etc/sudo* | /etc/polkit* | */polkit-1/* | /etc/doas* | /etc/security*) kind="sudo and polkit" ;;
    /etc/profile* | /etc/bash* | /etc/environment | /etc/zsh* | /etc/skel/* | /etc/inputrc | /etc/fish/*) kind="start-up files" ;;
    /etc/ssh/*) kind=sshd ;;
    */userdb/*) kind=accounts ;;
    /etc/update-motd.d/* | /etc/logrotate* | /etc/dhcp* | */networkd-dispatcher/* | /etc/NetworkManager/* | /etc/network/* | /etc/ppp/* | /etc/cloud/* | */scripts/* | /etc/acpi/* | /etc/docker/* | /etc/containerd/* | /etc/letsencrypt/*) kind=hooks ;;
    /usr/local/* | /opt/* | */bin/* | */sbin/*) kind=programs ;;
    *) kind="other files" ;;
  esac
}

# generated FILE: written anew by the system's own programs, or Berth's own, which a check compares.
generated() {
  case $1 in
    /etc/passwd | /etc/shadow | /etc/group | /etc/gshadow | /etc/subuid | /etc/subgid) ;;
    /etc/passwd- | /etc/shadow- | /etc/group- | /etc/gshadow- | /etc/subuid- | /etc/subgid- | /etc/.pwd.lock) ;;
    /etc/ld.so.cache | /etc/mtab | /etc/resolv.conf | /etc/hostname | /etc/hosts | /etc/machine-id | /etc/machine-info) ;;
    /etc/adjtime | /etc/.updated | /etc/localtime | /etc/timezone | /etc/shells | /etc/default/locale | /etc/locale.conf) ;;
    /etc/ssh/ssh_host_*_key | /etc/ssh/ssh_host_*_key.pub | /etc/ssl/certs/ca-certificates.crt | /etc/ca-certificates.conf*) ;;
    /etc/berth/owner | /etc/berth/history.sh | /etc/tmpfiles.d/berth.conf | /etc/motd.d/60-berth | /etc/apt/apt.conf.d/52berth | /etc/needrestart/conf.d/52berth.conf) ;;
    /etc/sudoers.d/00-berth | /etc/sudoers.d/01-berth-automation | /etc/ssh/sshd_config.d/00-berth.conf) ;;
    /etc/lvm/archive/* | /etc/lvm/backup/* | /etc/multipath/wwids | /etc/multipath/bindings | /etc/iscsi/initiatorname.iscsi) ;;
    /etc/letsencrypt/archive/*.pem | /etc/letsencrypt/accounts/*.json | /etc/letsencrypt/csr/* | /etc/letsencrypt/keys/*) ;;
    */__pycache__/*.pyc | */locale/locale-archive | */modules/*/modules.* | */udev/hwdb.bin | */gconv-modules.cache) ;;
    */info/dir | */mime/* | */icon-theme.cache | */mimeinfo.cache | */loaders.cache | */giomodule.cache | */gschemas.compiled) ;;
    *) return 1 ;;
  esac
}

# of_snapd FILE: what snapd writes anew with each version of a snap, and does nothing else.
of_snapd() {
  case $1 in
    /etc/systemd/system/snap-*.mount) grep -q '^What=/var/lib/snapd/snaps/' "$1" 2>/dev/null ;;
    /etc/systemd/system/snap.*.service) [ -r "$1" ] && ! grep -E '^ *Exec' "$1" | grep -vE '=/usr/bin/snap (run|auto-import)' >/dev/null ;;
    /etc/systemd/system/snap.*.timer | /etc/systemd/system/snap.*.socket) ;;
    /etc/udev/rules.d/70-snap.*.rules) [ -r "$1" ] && ! grep -E 'RUN|PROGRAM|IMPORT' "$1" | grep -vF '/usr/lib/snapd/snap-device-helper' >/dev/null ;;
    *) return 1 ;;
  esac
}

# of_firewall FILE: Berth's own table, whose check compares it, and what loads that, to the letter.
of_firewall() {
  local text
  case $1 in
    /etc/berth/firewall.nft | /etc/berth/firewall.d/admitted.nft) return 0 ;;
    /etc/systemd/system/berth-firewall.service) text=$FIREWALL_SERVICE ;;
    /etc/systemd/system/nftables.service.d/berth.conf) text=$FIREWALL_NFTABLES_CONF ;;
    /etc/systemd/system/sysinit.target.wants/berth-firewall.service)
      [ "$(readlink -m -- "$1")" = /etc/systemd/system/berth-firewall.service ]
      return
      ;;
    *) return 1 ;;
  esac
  [ -f "$1" ] && [ ! -L "$1" ] && printf %s "$text" | cmp -s - "$1"
}

# of_proxy FILE: what a node's proxy is made of, to the letter; its sites, its authority and its images, which a
# check compares.
of_proxy() {
  local sum
  case $1 in
    /etc/berth/proxy/sites | /etc/berth/proxy/image | /etc/berth/proxy/acme | /etc/berth/proxy/acme-image) return 0 ;;
    /etc/systemd/system/timers.target.wants/berth-certificates.timer)
      [ "$(readlink -m -- "$1")" = /etc/systemd/system/berth-certificates.timer ]
      return
      ;;
  esac
  if [ -z "${PROXY_FILES[$1]:-}" ] || [ ! -f "$1" ] || [ -L "$1" ]; then return 1; fi
  sum=$(sha256sum <"$1")
  [ "${sum%% *}" = "${PROXY_FILES[$1]}" ]
}

# of_sites FILE: the programs that deliver and back up, to the letter, what it is told, and jobs' rights, which a check compares.
of_sites() {
  local sum
  case $1 in
    /etc/berth/sites/*.json | /etc/sudoers.d/02-berth-jobs) return 0 ;;
    /etc/berth/backup-image | /etc/berth/move-image | /etc/berth/backups/*/declared.json | /etc/berth/backups/*/credential.json) return 0 ;;
    # A delivery that is under way.
    /run/systemd/transient/berth-delivery-*.service)
      [ -r "$1" ] && ! grep -E '^ *Exec' "$1" | grep -vE '^ExecStart=@?"?/usr/local/sbin/berth-site"? ' >/dev/null
      return
      ;;
  esac
  if [ -z "${SITE_FILES[$1]:-}" ] || [ ! -f "$1" ] || [ -L "$1" ]; then return 1; fi
  sum=$(sha256sum <"$1")
  [ "${sum%% *}" = "${SITE_FILES[$1]}" ]
}

# pam_as_generated FILE: what pam-auth-update writes of the modules that the system brings, in its order: nobody is
# let in before the line that refuses whom no module took.
pam_as_generated() {
  local line rest refused="" result=0
  while read -r line; do
    line=${line%%#*}
    read -ra words <<<"$line"
    rest="${words[*]:1}"
    case ${words[0]:-} in '' | auth | account | password | session) ;; *) rest="is none of PAM's kinds" ;; esac
    case ${words[0]:-}:$rest in
      :) ;;
      *:'requisite pam_deny.so') refused=yes ;;
      session:'required pam_permit.so') ;;
      *:'required pam_permit.so') if [ -z "$refused" ]; then found PAM "$1 refuses nobody: ${words[*]}" && result=1; fi ;;
      'session:[default=1] pam_permit.so' | 'session:optional pam_umask.so' | 'session:required pam_unix.so') ;;
      'session:optional pam_systemd.so' | 'auth:optional pam_cap.so' | 'session:required pam_limits.so' | 'session:optional pam_mkhomedir.so'*) ;;
      *:'[success='[0-9]' default=ignore] pam_unix.so'* | 'account:[success='[0-9]' new_authtok_reqd=done default=ignore] pam_unix.so'*) ;;
      *) found PAM "$1 says: ${words[*]}" && result=1 ;;
    esac
  done <"$1"
  return $result
}

mapfile -d '' -t recent < <(find /etc /usr /opt /var/spool/cron /var/spool/at /var/spool/incron \
  /var/lib/cloud/scripts /var/lib/polkit-1 /var/lib/extrausers /run/systemd/system /run/systemd/transient /run/systemd/user \
  /run/udev/rules.d /run/polkit-1/rules.d /run/modules-load.d /run/tmpfiles.d /run/sysctl.d /run/userdb /run/systemd/network \
  -path /etc/.git -prune -o ! -type d -newerct "@$since" -print0 2>/dev/null)
plain_files=()
for file in "${recent[@]}"; do
  case $file in
    *$'\n'*) found "other files" "$file" ;;
    /run/systemd/transient/session-*.scope | /run/systemd/transient/docker-*.scope | /run/systemd/transient/docker-*.scope.d/50-Device*.conf | /run/systemd/transient/session-*.scope.d/*) ;;
    /var/spool/cron/atjobs/.SEQ | /var/spool/*/.placeholder) ;;
    *) if ! generated "$file" && ! of_snapd "$file" && ! of_firewall "$file" && ! of_proxy "$file" && ! of_sites "$file" && ! of_move_unit "$file"; then plain_files+=("$file"); fi ;;
  esac
done
unowned "${plain_files[@]}"
declare -A stray=()
for file in "${strays[@]}"; do stray[$file]=yes; done
owned=()
links=()
for file in "${plain_files[@]}"; do
  if [ -L "$file" ]; then links+=("$file"); elif [ -z "${stray[$file]:-}" ]; then owned+=("$file"); else
    case $file in
      /etc/pam.d/common-*) pam_as_generated "$file" || true ;;
      *) kind_of "$file" && found "$kind" "$file: no package brought it" ;;
    esac
  fi
done
altered "${owned[@]}"
history_hook='if [ -r /etc/berth/history.sh ]; then . /etc/berth/history.sh; fi'
for file in "${changed[@]}"; do
  if [ "$file" = /etc/bash.bashrc ]; then
    sum=$(grep -vxF "$history_hook" "$file" | md5sum)
    if grep -qF " ${sum%% *}" /var/lib/dpkg/status; then continue; fi
  fi
  kind_of "$file"
  found "$kind" "$file: is not as its package brought it"
done
# A link leads to what a package brought, or it is told like a file.
targets=()
for file in "${links[@]}"; do targets+=("$(readlink -m -- "$file")"); done
unowned "${targets[@]}"
for at in "${!links[@]}"; do
  case ${targets[at]} in /dev/null | /usr/share/ca-certificates/* | /etc/ssl/certs/* | /etc/letsencrypt/archive/*) continue ;; */debug-shell.service) ;; *) within "${targets[at]}" "${strays[@]}" || continue ;; esac
  if generated "${targets[at]}" || of_snapd "${targets[at]}"; then continue; fi
  kind_of "${links[at]}"
  found "$kind" "${links[at]}: leads to ${targets[at]}"
done
while IFS= read -r -d '' file; do found "other files" "$file: others than root may write it"; done < <(find /etc /usr /opt \
  -newerct "@$since" ! -type l \( ! -uid 0 -o -perm -002 -o -perm -020 ! -gid 0 \) -print0 2>/dev/null)

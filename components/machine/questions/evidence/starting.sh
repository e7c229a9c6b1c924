# shellcheck shell=bash
# What lies about and gives root, or starts when somebody else logs in.

# explained FILE: a program that its package brings with more rights than its caller has.
explained() {
  case ${1##*/} in
    su | sudo | su-rs | sudo-rs | mount | umount | passwd | chsh | chfn | newgrp | gpasswd | chage | expiry | unix_chkpwd) ;;
    ssh-agent | ssh-keysign | pkexec | polkit-agent-helper-1 | dbus-daemon-launch-helper | fusermount | fusermount3) ;;
    crontab | at | wall | write | write.ul | bsd-write | dotlockfile | utempter | mount.nfs | mount.cifs | ntfs-3g) ;;
    postdrop | postqueue | exim4 | snap-confine | locate | plocate | newuidmap | newgidmap | ping | ping4 | ping6 | mtr-packet | arping) ;;
    clockdiff | traceroute6.iputils | gst-ptp-helper | pppd | ssh-agent.openssh | Xorg.wrap | chrome-sandbox | systemd-detect-virt) ;;
    *) return 1 ;;
  esac
}

# programs_in FILE: whether settings of a repository name programs that git then runs.
programs_in() {
  grep -iE '^([[:space:]]*\[[^]]*\])?[[:space:]]*(fsmonitor|sshcommand|hookspath|pager|editor|askpass|gitproxy|command|textconv|clean|smudge|process|helper|program|packobjectshook|path)[[:space:]]*=|=[[:space:]]*"?!' -- "$1" 2>/dev/null |
    grep -viE 'fsmonitor[[:space:]]*=[[:space:]]*(true|false)[[:space:]]*$' >/dev/null
}

privileged=()
executable=()
while read -r _ mount type options _; do
  case $type in
    ext[234] | xfs | btrfs | f2fs | zfs | bcachefs | reiserfs | jfs) ;;
    overlay) if [ "$mount" != / ]; then continue; fi ;;
    tmpfs) case ,$options, in *,nosuid,*) continue ;; esac ;;
    nfs* | cifs | fuse.* | 9p | ceph | glusterfs | virtiofs) say blind "$mount, a file system of another machine ($type)" && continue ;;
    *) continue ;;
  esac
  case $mount in /var/lib/docker* | /var/lib/containerd* | /snap/* | /run/host* | /proc/* | /dev*) continue ;; esac
  while IFS= read -r -d '' entry; do
    file=${entry#* }
    case ${entry%% *} in
      right) privileged+=("$file") ;;
      device) found "kernel and devices" "$file is a device" ;;
      hook) found hooks "$file runs with git" ;;
      settings) if programs_in "$file"; then found hooks "$file names programs that git runs"; fi ;;
      program) executable+=("$file") ;;
    esac
  done < <(timeout 60 find "$mount" -xdev \( -path /var/lib/docker -o -path /var/lib/containerd -o -path /snap -o -path /dev -o -path /proc -o -path /sys \) -prune \
    -o -newerct "@$since" \( -type f -perm /6000 -printf 'right %p\0' -o \( -type b -o -type c ! -path '*/overlay*' \) -printf 'device %p\0' \
    -o -type f \( -path '*.git/hooks/*' -o -path '*.git/modules/*/hooks/*' \) ! -name '*.sample' -printf 'hook %p\0' \
    -o -type f \( -path '*.git/config' -o -path '*.git/config.worktree' -o -path '*.git/modules/*/config' \) -printf 'settings %p\0' \
    -o -type f -perm /111 -printf 'program %p\0' \) 2>/dev/null || [ $? != 124 ] || printf 'late %s\0' "$mount")
  if [ "${entry:-}" = "late $mount" ]; then say blind "programs with the rights of others in $mount: the search took more than a minute"; fi
  entry=
done </proc/self/mounts
if command -v getcap >/dev/null; then
  if [ ${#executable[@]} -gt 0 ]; then
    while IFS= read -r line; do privileged+=("${line% *}"); done < <(printf '%s\0' "${executable[@]}" | timeout 60 xargs -0 getcap -- 2>/dev/null)
  fi
else
  say blind "capabilities of files: getcap is missing"
fi
unowned "${privileged[@]}"
for file in "${privileged[@]}"; do
  if within "$file" "${strays[@]}" || ! explained "$file"; then found "programs with the rights of others" "$file"; fi
done

# Start-up files of everybody else that differ from what a new account gets.
while IFS= read -r home; do
  case $home in / | /bin* | /sbin* | /usr/* | /dev* | /proc* | /run* | /nonexistent* | /sys*) continue ;; esac
  if [ ! -d "$home" ] || [ "$home" = "/home/${MEMBER:-?}" ]; then continue; fi
  while IFS= read -r -d '' file; do
    name=${file##*/}
    if cmp -s "$file" "/etc/skel/$name" || cmp -s "$file" "/usr/share/base-files/dot$name"; then continue; fi
    case $(readlink -m -- "$file") in "$home"/.dotfiles/*) continue ;; esac
    found "start-up files" "$file"
  done < <(find "$home" -maxdepth 1 -newerct "@$since" ! -type d \( -name '.*rc' -o -name '.*profile' -o -name '.bash_log*' -o -name '.bash_aliases' \
    -o -name '.zshenv' -o -name '.zlog*' -o -name '.login' -o -name '.logout' -o -name '.pam_environment' -o -name '.environment' -o -name '.forward' \
    -o -name '.?hosts' -o -name '.gitconfig' -o -name '.tmux.conf' -o -name '.gdbinit' -o -name '.emacs' -o -name '.procmailrc' \) -print0 2>/dev/null
    find "$home/.ssh/rc" "$home/.ssh/environment" "$home/.ssh/config" "$home/.config/systemd" "$home/.config/autostart" "$home/.config/environment.d" \
      "$home/.config/fish" "$home/.config/git" "$home/.config/containers" "$home/.local/bin" "$home/bin" "$home/.docker/cli-plugins" "$home/.local/share/systemd" \
      "$home/.oh-my-zsh/custom" "$home/.vim" "$home/.config/nvim" ! -type d -newerct "@$since" -print0 2>/dev/null
    find "$home/.local/lib" ! -type d -newerct "@$since" \( -name '*.pth' -o -name 'usercustomize*' -o -name 'sitecustomize*' \) -print0 2>/dev/null)
done < <(entries passwd /etc/passwd | cut -d: -f6 | sort -u)

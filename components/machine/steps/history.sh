# shellcheck shell=bash
# Command history is kept and administrators can read it (R21); people are told at login. One file a
# person and month, removed by age: no file is rewritten while shells append to it, and the timer
# that removes them is the system's own.
if managed people; then
  history=/var/log/berth/history
  paths=(/var/log/berth "$history" /etc/berth/history.sh /etc/motd.d /etc/motd.d/60-berth /etc/tmpfiles.d/berth.conf)
  for member in "${people[@]}"; do paths+=("$history/$member"); done
  look "${paths[@]}"
  ensure_directory /var/log/berth root:root 755
  ensure_directory $history root:root 711
  for member in "${people[@]}"; do
    if account "$member"; then
      group_of "$gid"
      alone "$history/$member" ensure_directory "$history/$member" "$member:$group" 700
    fi
  done
  ensure_file /etc/berth/history.sh root:root 644 "$HISTORY_SH"
  ensure_file /etc/tmpfiles.d/berth.conf root:root 644 "$TMPFILES_CONF"
  ensure_directory /etc/motd.d root:root 755
  ensure_file /etc/motd.d/60-berth root:root 644 "$MOTD"
  # The one file that login shells and others read, root's among them.
  hook='if [ -r /etc/berth/history.sh ]; then . /etc/berth/history.sh; fi'
  read_file /etc/bash.bashrc || true
  if [[ $'\n'$content != *$'\n'"$hook"$'\n'* ]]; then
    if differs /etc/bash.bashrc "does not keep the history"; then
      put /etc/bash.bashrc root:root 644 "${content%$'\n'}"$'\n'"$hook"$'\n'
    fi
  fi
fi

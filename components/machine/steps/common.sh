# shellcheck shell=bash
# What every session that changes a machine begins with.
set -Eeuo pipefail
# Whatever a program's own status was, it must not pass for "drift".
# shellcheck disable=SC2317 # the trap calls it
on_error() {
  local status=$?
  if [ "$BASH_SUBSHELL" = 0 ]; then printf 'failed: script: %s (status %s)\n' "${BASH_COMMAND:0:120}" "$status"; fi
  exit 1
}
trap on_error ERR
umask 022
export LC_ALL=C TZ=UTC DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin

# stop SUBJECT DETAIL: nothing more may be done on this machine.
stop() {
  printf 'refused: %s: %s\n' "$1" "$2"
  exit 65
}

# within WORD WORD...: is the first word among the others?
within() {
  local IFS=$'\n'
  [[ $'\n'"${*:2}"$'\n' == *$'\n'"$1"$'\n'* ]]
}

# reload_sshd: running sessions live on either way. One that its socket starts (Ubuntu's way) may not
# survive a reload: OpenSSH as Debian builds it then finds its port taken. systemd starts it five
# times in ten seconds at most, unless it is told to forget.
reload_sshd() {
  if ! systemctl is-active --quiet ssh.socket 9>&-; then
    systemctl reload ssh 9>&-
  else
    systemctl reset-failed ssh.service 9>&- || true
    systemctl restart ssh 9>&-
  fi
}

# sshd_answers: says hello on this machine's own address.
sshd_answers() {
  local round hello
  for ((round = 0; round < 50; round++)); do
    hello=
    { exec 8<>/dev/tcp/127.0.0.1/22 && read -r -t 5 hello <&8; } 2>/dev/null || true
    { exec 8>&-; } 2>/dev/null || true
    case $hello in SSH-*) return 0 ;; esac
    sleep 0.1
  done
  return 1
}

# What sessions share while they work. Only root may look inside: whoever can open a lock can hold it,
# and keep every converge and every off-boarding from this machine. What is there and was not made so
# is moved out of the way, since somebody may have opened what it holds.
desk=/run/berth
if [ "$(stat -c '%F %u %a' $desk 2>/dev/null)" != 'directory 0 700' ]; then
  if [ -e $desk ] || [ -L $desk ]; then mv -T $desk "/run/berth.$RANDOM$RANDOM.aside"; fi
  install -d -m 700 $desk
fi

# A session that was cut off may still be at work here. Children do not inherit the lock: what they
# start may live on.
exec 9>>$desk/lock
flock -w 900 9 || stop lock "another session has been at work for 15 minutes; see: fuser -v $desk/lock"

# Wait until the machine's own first boot is over: what it still writes would race with us. The file
# is asked first, because cloud-init itself takes half a second to answer.
if [ ! -e /run/cloud-init/result.json ] && [ ! -e /run/cloud-init/disabled ] && command -v cloud-init >/dev/null; then
  timeout 900 cloud-init status --wait >/dev/null 2>&1 </dev/null 9>&- || true
fi

# /etc/berth/owner names the project and stack that own this machine. Another's is never touched.
if [ -e /etc/berth/owner ]; then
  IFS= read -r owner </etc/berth/owner || true
  if [ "$owner" != "$OWNER" ]; then
    stop /etc/berth/owner "this machine belongs to $owner, not to $OWNER; where it was handed over, remove the file"
  fi
fi

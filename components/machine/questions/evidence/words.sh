# shellcheck shell=bash
# What lets anybody in on this machine and what would start again by itself, told one line a thing:
# `open:` lets somebody in, `found: KIND: …` is explained by no package, no image and no declaration,
# `blind:` could not be looked at. Reads only. What is declared stands in variables before this.
set -uo pipefail
# Nothing of /usr/local, which no package fills: a program there could answer in the place of ours.
export LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin

# say KIND TEXT: one line of printable ASCII: names of files and accounts are anybody's.
say() {
  local text=${2:0:300}
  printf '%s: %s\n' "$1" "${text//[!\ -~]/?}"
}

# found KIND TEXT: at most 25 of a kind, so that many of one never hide another.
declare -A many=()
found() {
  many[$1]=$((${many[$1]:-0} + 1))
  if [ "${many[$1]}" -le 25 ]; then say found "$1: $2"; fi
}

# told_all: how many of each kind were not told.
told_all() {
  local kind
  for kind in "${!many[@]}"; do
    if [ "${many[$kind]}" -gt 25 ]; then say found "$kind: and $((many[$kind] - 25)) more"; fi
  done
}

# within WORD WORD...: is the first word among the others?
within() {
  local word
  for word in "${@:2}"; do if [ "$word" = "$1" ]; then return 0; fi; done
  return 1
}

# strict SUBJECT-TEXT: what opens a machine that Berth made is only noted on its owner's.
strict() {
  if [ "$MADE_BY_BERTH" = yes ]; then say open "$1"; else found "${2:-sshd}" "$1"; fi
}

if [ "$(id -u)" != 0 ]; then say blind "this session is not root: most places could not be read"; fi

# From when on things are looked at: when the person came, or else when Berth did; on a machine that it
# made nobody came earlier. Berth left several marks, of which the oldest counts: one could be set.
entered=0
for mark in $(stat -c '%Y %W' /etc/berth/owner /var/lib/berth /etc/ssh/ssh_host_ed25519_key /home/berth 2>/dev/null); do
  if [ "$MADE_BY_BERTH" = yes ] || [ -e /etc/berth/owner ]; then
    if [ "$mark" -gt 0 ] && { [ "$entered" -eq 0 ] || [ "$mark" -lt "$entered" ]; }; then entered=$mark; fi
  fi
done
since=$CAME
if [ "$since" -eq 0 ] || { [ "$MADE_BY_BERTH" = yes ] && [ "$since" -lt "$entered" ]; }; then since=$entered; fi
if [ "$since" -eq 0 ]; then
  say blind "what was changed of late: nothing here says from when on"
  since=$(date +%s)
else
  say since "$since"
fi
container=$(systemd-detect-virt -c 2>/dev/null || true)

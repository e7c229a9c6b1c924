# shellcheck shell=bash
# Primitives of a converge: each looks first, says what differs, and repairs it unless this run only
# checks. A run that finds nothing to do says nothing, so "0 changed" can be trusted.
#
# Written for few processes: the system's tables are read once, file contents without a child.
# They are called plainly, never before `&&` or `||` or in a pipe: there bash forgets `set -e`, and
# what a subshell counts is lost.

changed=0
notes=0
failures=0

# plain TEXT: sets plain to it on one line of printable ASCII. File names, comments of keys and words of
# tools are anybody's: a terminal would obey some, and the engine fails a session whose output is not
# UTF-8.
plain() {
  plain=${1:0:1000}
  plain=${plain//[!\ -~]/?}
}

# tell KIND SUBJECT DETAIL: one line.
tell() {
  plain "$2: $3"
  printf '%s: %s\n' "$1" "$plain"
}

# differs SUBJECT DETAIL: counts one difference. Succeeds when it shall be repaired now.
differs() {
  changed=$((changed + 1))
  if [ "$CHECK" = yes ]; then
    tell drift "$1" "$2"
    return 1
  fi
  tell changed "$1" "$2"
}

# note SUBJECT DETAIL: something a person should know; not a difference.
note() {
  notes=$((notes + 1))
  tell note "$1" "$2"
}

# failed SUBJECT DETAIL: something that could not be done; the rest goes on, the run fails.
failed() {
  failures=$((failures + 1))
  tell failed "$1" "$2"
}

# alone SUBJECT COMMAND...: what goes wrong in it is this subject's failure, named with its place, and
# the rest goes on. Answers by `went`, since the command must not know that its status is looked at.
# What the command sets is lost, but for the counts.
alone() {
  local status said before=$failures
  trap - ERR
  set +e
  (
    trap 'exit 1' ERR
    trap 'printf "%s %s %s\n" "$changed" "$notes" "$failures" >"$desk/counts"' EXIT
    set -e
    "${@:2}"
  ) 2>"$desk/said"
  status=$?
  set -e
  trap on_error ERR
  read -r changed notes failures <"$desk/counts" || true
  went=yes
  if [ "$status" != 0 ]; then
    went=
    said=
    IFS= read -r -d '' said <"$desk/said" || true
    said=${said%$'\n'}
    said=${said//$'\n'/; }
    if [ "$failures" = "$before" ]; then failed "$1" "${said:-ended with status $status}"; fi
  fi
}

# tried SUBJECT COMMAND...: one command that may fail for this subject alone. For commands of the
# system, not for functions.
tried() {
  local said
  if said=$("${@:2}" 2>&1); then return 0; fi
  failed "$1" "${said//$'\n'/; }"
  return 1
}

# managed STEP: may this step of the take-over change the machine? All may where Berth made it.
managed() {
  within "$1" "${MANAGE[@]}"
}

# Accounts, passwords and groups by name, as the system has them now.
read_accounts() {
  passwd=()
  shadow=()
  groups=()
  local line
  while IFS= read -r line; do [ -z "${line%%:*}" ] || passwd[${line%%:*}]=$line; done < <(getent passwd)
  while IFS= read -r line; do [ -z "${line%%:*}" ] || shadow[${line%%:*}]=$line; done </etc/shadow
  while IFS= read -r line; do [ -z "${line%%:*}" ] || groups[${line%%:*}]=$line; done < <(getent group)
}
declare -A passwd=() shadow=() groups=()

# account NAME: sets uid, gid, home, shell, password, expiry, and in `ages` what an ageing of its
# password would be made of; empty where it never asks for another. Fails when there is none.
account() {
  [ -n "${passwd[$1]:-}" ] || return 1
  local parts
  IFS=: read -ra parts <<<"${passwd[$1]}"
  uid=${parts[2]}
  gid=${parts[3]}
  home=${parts[5]:-}
  shell=${parts[6]:-}
  IFS=: read -ra parts <<<"${shadow[$1]:-}"
  password=${parts[1]:-}
  expiry=${parts[7]:-}
  ages=
  if [ "${parts[2]:-}" = 0 ]; then ages+=", a change is due"; fi
  case ${parts[3]:-} in '' | 0 | -1) ;; *) ages+=", at least ${parts[3]} days" ;; esac
  case ${parts[4]:-} in '' | -1 | 99999) ;; *) ages+=", at most ${parts[4]} days" ;; esac
  case ${parts[6]:-} in '' | -1) ;; *) ages+=", closed ${parts[6]} days later" ;; esac
  ages=${ages:2}
}

# in_group ACCOUNT GROUP
in_group() {
  [[ ",${groups[$2]:-:}," == *[:,]"$1",* ]]
}

# Owner, mode and type of the files that were looked at; empty for those that do not exist.
declare -A files=()
# More than any text of ours: a file of others that is longer is not read.
declare -A bulky=()

# look PATH...: one process for all of them. Links are not followed.
look() {
  local path seen size
  for path in "$@"; do files[$path]="" bulky[$path]=""; done
  while IFS=$'\t' read -r path size seen; do
    files[$path]=$seen
    if [ "$size" -gt 1000000 ]; then bulky[$path]="holds $size bytes"; fi
  done < <(stat -c $'%n\t%s\t%U:%G %a %F' -- "$@" 2>/dev/null || true)
}

# looked PATH: looks unless it was looked at.
looked() {
  if [ -z "${files[$1]+x}" ]; then look "$1"; fi
}

# read_file PATH: sets content. Fails on a file that holds a NUL, which no text of ours does.
read_file() {
  content=
  ! IFS= read -r -d '' content <"$1"
}

# put PATH OWNER:GROUP MODE CONTENT: written beside it and renamed, so that a cut leaves the old or
# the new file, never half of one. A draft that somebody else placed there is not written through.
put() {
  local draft=${1%/*}/.berth.new
  if [ -e "$draft" ] || [ -L "$draft" ]; then rm -rf -- "$draft"; fi
  set -C
  if ! (umask 077 && printf '%s' "$4" >"$draft"); then
    set +C
    rm -f -- "$draft"
    return 1
  fi
  set +C
  chmod "$3" "$draft"
  chown -h "$2" "$draft"
  mv -fT -- "$draft" "$1"
  unset "files[\$1]"
}

# set_aside PATH: nothing that exists is lost; it is kept where administrators find it.
set_aside() {
  install -d -m 700 /var/lib/berth /var/lib/berth/aside
  printf -v aside '/var/lib/berth/aside/%(%Y%m%dT%H%M%S)T-%s-%s' -1 "$RANDOM$RANDOM" "${1##*/}"
  mv -T -- "$1" "$aside"
  unset "files[\$1]"
}

# ensure_attributes PATH OWNER:GROUP MODE, of a path that exists
ensure_attributes() {
  looked "$1"
  [[ "${files[$1]}" != "$2 $3 "* ]] || return 0
  if differs "$1" "owner and mode ${files[$1]% regular*}, wanted $2 $3"; then
    chown -h "$2" "$1"
    chmod "$3" "$1"
  fi
}

# ensure_directory PATH OWNER:GROUP MODE
ensure_directory() {
  looked "$1"
  case ${files[$1]} in
    '')
      if differs "$1" missing; then install -d -o "${2%%:*}" -g "${2##*:}" -m "$3" "$1"; fi
      ;;
    *' directory') ensure_attributes "$@" ;;
    *)
      if differs "$1" "not a directory"; then
        set_aside "$1"
        install -d -o "${2%%:*}" -g "${2##*:}" -m "$3" "$1"
      fi
      ;;
  esac
}

# ensure_file PATH OWNER:GROUP MODE CONTENT [EXPLAIN]: EXPLAIN is a function that is told the present
# and the wanted content and says in `detail` what differs.
ensure_file() {
  looked "$1"
  local content='' detail=
  case ${files[$1]} in
    '') detail=missing ;;
    *' regular file' | *' regular empty file')
      if [ -n "${bulky[$1]}" ]; then
        detail=${bulky[$1]}
      elif ! read_file "$1"; then
        detail="holds what is no text"
      elif [ "$content" != "$4" ]; then
        detail="content"
        ${5:+"$5" "$content" "$4"}
      fi
      ;;
    *) detail="not a file of its own" ;;
  esac
  if [ -z "$detail" ]; then
    ensure_attributes "$1" "$2" "$3"
  elif differs "$1" "$detail"; then
    if [ -d "$1" ] && [ ! -L "$1" ]; then set_aside "$1"; fi
    put "$1" "$2" "$3" "$4"
  fi
}

# ensure_absent PATH DETAIL
ensure_absent() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    if differs "$1" "$2"; then set_aside "$1"; fi
  fi
}

# program_files NAME LAUNCHER: a program of Python, /usr/local/sbin/berth-NAME, by its parts, and none of a former
# version.
program_files() {
  local file home=/usr/local/lib/berth/$1 parts=()
  for file in "${!PROGRAM_PARTS[@]}"; do if [ "${file%/*}" = "$1" ]; then parts+=("$home/${file#*/}"); fi; done
  for file in /usr/local/sbin /usr/local/lib /usr/local/lib/berth; do if [ ! -d "$file" ]; then ensure_directory "$file" root:root 755; fi; done
  ensure_directory "$home" root:root 755
  if [ ! -d "$home" ]; then return 0; fi
  look "${parts[@]}"
  for file in "${parts[@]}"; do ensure_file "$file" root:root 644 "${PROGRAM_PARTS[$1/${file##*/}]}"; done
  for file in "$home"/*; do
    if [ -e "$file" ] && [ -z "${PROGRAM_PARTS[$1/${file##*/}]:-}" ]; then ensure_absent "$file" "is not of the program"; fi
  done
  ensure_file "/usr/local/sbin/berth-$1" root:root 755 "$2"
}

# listed FILE: sets list to the lines of a list that Berth keeps; empty where there is none.
listed() {
  list=()
  if [ -f "$1" ]; then mapfile -t list <"$1"; fi
}

# add_to FILE NAME, unless it is there
add_to() {
  listed "$1"
  if ! within "$2" "${list[@]}"; then
    install -d -m 700 /var/lib/berth
    put "$1" root:root 600 "$(printf '%s\n' "${list[@]}" "$2")"$'\n'
  fi
}

# drop_from FILE NAME
drop_from() {
  listed "$1"
  local line text=
  if within "$2" "${list[@]}"; then
    for line in "${list[@]}"; do [ "$line" = "$2" ] || text+=$line$'\n'; done
    put "$1" root:root 600 "$text"
  fi
}

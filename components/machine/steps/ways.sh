# shellcheck shell=bash
# What sshd, PAM and sudo say to an account: asked of them, since on a machine that Berth did not make
# their settings are its owner's. Each function sets `detail` to what stands in the way.

# By which addresses and port this session came, as sshd told one of its ancestors: Match blocks and
# lists are judged for it. Of another address a person comes from nothing is known here.
from=192.0.2.1 at=127.0.0.1 port=22
find_session() {
  local process=$PPID round entry word value
  for ((round = 0; round < 8; round++)); do
    [ -r "/proc/$process/environ" ] || return 0
    while IFS= read -r -d '' entry; do
      if [[ $entry == SSH_CONNECTION=* ]]; then read -r from _ at port <<<"${entry#*=}"; fi
    done <"/proc/$process/environ"
    while read -r word value; do if [ "$word" = PPid: ]; then process=$value; fi; done <"/proc/$process/status"
  done
}
find_session 2>/dev/null || true

# The options of the sshd that runs, which it shows in its title: its files alone may say something else.
sshd_options=()
find_sshd_options() {
  local listener words index=0
  read -r listener < <(pgrep -ox sshd) || return 0
  read -ra words < <(tr '\0' ' ' <"/proc/$listener/cmdline") || true
  for ((; index < ${#words[@]}; index++)); do
    case ${words[index]} in
      '[listener]') return 0 ;;
      -f | -o | -p)
        sshd_options+=("${words[index]}" "${words[++index]:-}")
        while [[ ${words[index + 1]:--} != [-[]* ]]; do sshd_options[-1]+=" ${words[++index]}"; done
        ;;
      -[fop]?*) sshd_options+=("${words[index]}") ;;
    esac
  done
}
find_sshd_options

# as_sshd_matches TEXT PATTERN: * and ? alone are special.
as_sshd_matches() {
  local pattern=${2//\\/\\\\}
  pattern=${pattern//[/\\[}
  pattern=${pattern//(/\\(}
  # shellcheck disable=SC2053 # a pattern it is
  [[ $1 == $pattern ]]
}

# comes_from LIST: is this session's address in a list of addresses, patterns and networks?
comes_from() {
  local one plain list found=1
  IFS=, read -ra list <<<"$1"
  for one in "${list[@]}"; do
    plain=${one#!}
    if [[ $plain == */* ]]; then
      # By its standard input: sshd closes every other descriptor before it reads.
      printf 'Match Address %s\n  ForceCommand inside\n' "$plain" |
        sshd -T -f /dev/stdin -C "user=root,host=$from,addr=$from" 2>/dev/null |
        grep -x 'forcecommand inside' >/dev/null || continue
    elif ! as_sshd_matches "$from" "$plain"; then
      continue
    fi
    if [ "$plain" != "$one" ]; then return 1; fi
    found=0
  done
  return $found
}

# user_in USER PATTERN...: does one of sshd's patterns, user or user@address, name the account?
user_in() {
  local pattern
  for pattern in "${@:2}"; do
    if [[ $pattern != *@* ]]; then
      if as_sshd_matches "$1" "$pattern"; then return 0; fi
    elif as_sshd_matches "$1" "${pattern%@*}" && comes_from "${pattern##*@}"; then
      return 0
    fi
  done
  return 1
}

# group_in USER PATTERN...: the same for its groups. A user to come has one of its own name.
group_in() {
  local mine group pattern
  read -ra mine < <(id -Gn -- "$1" 2>/dev/null || printf '%s\n' "$1")
  for group in "${mine[@]}"; do
    for pattern in "${@:2}"; do
      if as_sshd_matches "$group" "$pattern"; then return 0; fi
    done
  done
  return 1
}

# keys_are_read USER HOME SETTING...: is ~/.ssh/authorized_keys among the files that sshd reads?
keys_are_read() {
  local file
  for file in "${@:3}"; do
    file=${file//%h/$2}
    file=${file//%u/$1}
    if [[ $file != /* ]]; then file=$2/$file; fi
    if [ "$file" = "$2/.ssh/authorized_keys" ]; then return 0; fi
  done
  return 1
}

# a_type_is_taken TYPES ALGORITHMS: may one of these key types sign? RSA keys do by two names.
a_type_is_taken() {
  local kind
  for kind in $1; do
    case ",$2," in
      *",$kind,"*) return 0 ;;
      *,rsa-sha2-256,* | *,rsa-sha2-512,*) if [ "$kind" = ssh-rsa ]; then return 0; fi ;;
    esac
  done
  return 1
}

# sshd_admits USER HOME SHELL TYPES: would sshd let it in with a key of one of these types, to a shell?
sshd_admits() {
  local effective word value one
  local -A does=()
  if ! effective=$(sshd -T "${sshd_options[@]}" -C "user=$1,host=$from,addr=$from,laddr=$at,lport=$port,rdomain=" 2>&1); then
    detail="sshd -T cannot say what it would do: ${effective//$'\n'/; }"
    return 1
  fi
  while read -r word value; do does[$word]+=${does[$word]:+ }$value; done <<<"$effective"
  uses_pam=${does[usepam]:-no}
  pam_service=${does[pamservicename]:-sshd}
  local denied allowed shut reserved files
  read -ra denied <<<"${does[denyusers]:-}"
  read -ra allowed <<<"${does[allowusers]:-}"
  read -ra shut <<<"${does[denygroups]:-}"
  read -ra reserved <<<"${does[allowgroups]:-}"
  read -ra files <<<"${does[authorizedkeysfile]:-}"
  detail=
  if [ ! -x "$3" ]; then detail="its shell $3 cannot be run"; fi
  if user_in "$1" "${denied[@]}"; then detail="DenyUsers (${denied[*]}) names $1"; fi
  if [ ${#allowed[@]} -gt 0 ] && ! user_in "$1" "${allowed[@]}"; then detail="AllowUsers (${allowed[*]}) leaves out $1; add it"; fi
  if group_in "$1" "${shut[@]}"; then detail="DenyGroups (${shut[*]}) names a group of $1"; fi
  if [ ${#reserved[@]} -gt 0 ] && ! group_in "$1" "${reserved[@]}"; then detail="AllowGroups (${reserved[*]}) leaves out $1; add a group of it"; fi
  if [ "${does[pubkeyauthentication]:-}" != yes ]; then detail="PubkeyAuthentication is not yes"; fi
  if ! keys_are_read "$1" "$2" "${files[@]}"; then detail="AuthorizedKeysFile (${files[*]}) does not name .ssh/authorized_keys"; fi
  if ! a_type_is_taken "$4" "${does[pubkeyacceptedalgorithms]:-$4}"; then detail="PubkeyAcceptedAlgorithms takes none of the types of its keys (${4% })"; fi
  one=" ${does[authenticationmethods]:-any} "
  case $one in *' any '* | *' publickey '*) ;; *) detail="AuthenticationMethods asks for more than a key:${one% }" ;; esac
  if [ "${does[forcecommand]:-none}" != none ]; then detail="ForceCommand gives it ${does[forcecommand]} in the place of a shell"; fi
  if [ "${does[chrootdirectory]:-none}" != none ]; then detail="ChrootDirectory shuts it in ${does[chrootdirectory]}"; fi
  if [ "${does[maxsessions]:-10}" = 0 ]; then detail="MaxSessions is 0"; fi
  if [ "${does[refuseconnection]:-no}" = yes ]; then detail="RefuseConnection is yes"; fi
  if [ "$uses_pam" != yes ] && [ -e /etc/nologin ]; then detail="/etc/nologin lets in nobody but root"; fi
  if [ -z "$detail" ]; then return 0; fi
  detail="sshd would not let it in from $from at port $port: $detail"
  return 1
}

# ask_pam USER...: fills pam_says with what PAM's account check answers to each, empty where it agrees;
# unasked where it cannot be asked. sshd's own check: access lists, closed times, aged accounts.
declare -A pam_says=()
ask_pam() {
  local name answer
  for name in "$@"; do pam_says[$name]=unasked; done
  while IFS=$'\t' read -r name answer; do pam_says[$name]=$answer; done < <(
    timeout 60 python3 -c "$PAM_PY" "$pam_service" "$from" "$@" 2>/dev/null || true
  )
}

# sudo_admits USER HOME: does it become root by sudo, without a password and without a terminal? Tried,
# and not read: of several rules the last one counts, and other settings may ask for more.
sudo_admits() {
  local said file trace=$2/.sudo_as_admin_successful had='' status=0
  # Left in the home of whoever used it first.
  if [ -e "$trace" ]; then had=yes; fi
  said=$(
    timeout 60 setsid --wait setpriv --reuid "$1" --regid "$(id -g -- "$1")" --init-groups \
      env -i HOME="$2" USER="$1" LOGNAME="$1" PATH="$PATH" LC_ALL=C sudo -n bash -c : </dev/null 2>&1 9>&-
  ) || status=$?
  if [ -z "$had" ]; then rm -f -- "$trace" 2>/dev/null || true; fi
  if [ $status = 0 ]; then return 0; fi
  file=$(LC_ALL=C sudo -n -ll -U "$1" 2>/dev/null </dev/null | sed -n 's/^Sudoers entry: //p' | tail -n 1)
  if [ -z "$file" ]; then file=$(cd /etc/sudoers.d && printf '%s ' *); fi
  said=${said//$'\n'/; }
  detail="sudo does not make it root: ${said:-status $status}; the rule that counts stands in: ${file% }"
  return 1
}

# shellcheck shell=bash
# Every sshd that listens and every list of keys that one of them reads, whoever's it is.

patterns=(.ssh/authorized_keys)
authorities=()

# Told once, though a file and sshd itself say it.
declare -A told=()

# setting WORD VALUE WHERE: what a line of sshd's configuration opens.
setting() {
  local words
  if [ -n "${told[$1 $2]:-}" ]; then return 0; fi
  told[$1 $2]=yes
  read -ra words <<<"$2"
  case $1 in
    authorizedkeysfile) if [ "$2" != none ]; then patterns+=("${words[@]}"); fi ;;
    trustedusercakeys)
      if [ "$2" != none ]; then
        authorities+=("${words[0]:-}")
        strict "sshd takes whoever an authority of ${words[0]:-} signed"
      fi
      ;;
    authorizedkeyscommand | authorizedprincipalscommand)
      if [ "$2" != none ]; then strict "sshd asks a program for who may enter: $2"; fi
      ;;
    authorizedprincipalsfile) if [ "$2" != none ]; then found sshd "names of certificates are read from $2 ($3)"; fi ;;
    hostbasedauthentication | permitemptypasswords | permituserenvironment)
      if [ "${2,,}" != no ]; then strict "sshd has $1 $2"; fi
      ;;
    passwordauthentication | kbdinteractiveauthentication | challengeresponseauthentication)
      if [ "${2,,}" != no ] && [ "$MADE_BY_BERTH" = yes ]; then strict "sshd has $1 $2"; fi
      ;;
    forcecommand) if [ "$2" != none ]; then found sshd "every session runs $2 ($3)"; fi ;;
    subsystem)
      case $2 in
        'sftp internal-sftp'* | 'sftp /usr/lib/openssh/sftp-server'* | 'sftp /usr/lib/sftp-server'*) ;;
        *) found sshd "a subsystem runs $2 ($3)" ;;
      esac
      ;;
  esac
}

# configured FILE: the settings of a file and of what it includes, also those under a Match that no
# test would meet.
read_already=()
configured() {
  local line word value pattern file
  if within "$1" "${read_already[@]}" || [ ! -r "$1" ]; then return 0; fi
  read_already+=("$1")
  while read -r line || [ -n "$line" ]; do
    line=${line//[=\"$'\t'$'\r']/ }
    read -r word value <<<"$line"
    word=${word,,}
    if [ "$word" = include ]; then
      for pattern in $value; do
        case $pattern in /*) ;; *) pattern=/etc/ssh/$pattern ;; esac
        # Unquoted: sshd expands it as a pattern as well.
        for file in $pattern; do configured "$file"; done
      done
    else
      setting "$word" "$value" "$1"
    fi
  done < <(head -c 200000 -- "$1" | tr -d '\0')
}

# effective WHERE [OPTION...]: what a sshd started with these options says of itself.
effective() {
  local line
  while read -r line; do setting "${line%% *}" "${line#* }" "$1"; done < <(sshd -T "${@:2}" 2>/dev/null |
    grep -E '^(authorizedkeysfile|authorizedkeyscommand|authorizedprincipals|trustedusercakeys|hostbased|permitempty|permituserenv|passwordauth|kbdinteractive|forcecommand|subsystem) ')
}

configured /etc/ssh/sshd_config
if sshd -T >/dev/null 2>&1; then
  effective "the system's"
else
  say blind "sshd does not tell its settings (sshd -T): its files alone were read"
fi

# Those that run: a title keeps the words that a sshd was started with. `doors` are process and port.
doors=$(ss -Hltnp 2>/dev/null) || say blind "listening programs: ss is missing"
listening=()
while read -r _ _ _ local_address _ users; do
  while [[ ${users:-} =~ pid=([0-9]+),(.*) ]]; do
    listening+=("${BASH_REMATCH[1]} ${local_address##*:}")
    users=${BASH_REMATCH[2]}
  done
done <<<"$doors"
# ports PID
ports() {
  local entry
  for entry in "${listening[@]}"; do if [ "${entry% *}" = "$1" ]; then printf '%s\n' "${entry#* }"; fi; done | sort -nu | paste -sd, -
}
for pid in $(printf '%s\n' "${listening[@]% *}" | sort -nu); do
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || continue
  case ${exe##*/} in sshd | 'sshd (deleted)' | dropbear*) ;; *) continue ;; esac
  title=$(tr '\0\n' '  ' <"/proc/$pid/cmdline")
  title=${title#sshd: }
  title=${title%%\[listener\]*}
  read -ra words <<<"$title"
  options=()
  for ((at = 1; at < ${#words[@]}; at++)); do
    case ${words[at]} in
      -f | -o | -p | -h)
        options+=("${words[at]}" "${words[at + 1]:-}")
        if [ "${words[at]}" = -f ]; then configured "${words[at + 1]:-}"; fi
        at=$((at + 1))
        ;;
      -f?* | -o?* | -p?*)
        options+=("${words[at]}")
        case ${words[at]} in -f*) configured "${words[at]#-f}" ;; esac
        ;;
    esac
  done
  unit=$(ps -o unit= -p "$pid")
  if [ "${unit%% *}" != ssh.service ] && [ "${unit%% *}" != ssh.socket ] && [ "${unit%% *}" != sshd.service ]; then
    strict "another sshd, process $pid, listens on port $(ports "$pid"): ${words[*]}" "other sshd"
  fi
  if [ ${#options[@]} -gt 0 ]; then effective "process $pid" "${options[@]}"; fi
done

# blobs FILE: the keys of a list, whatever stands before and between: options, tabs, a certificate's mark.
blobs() {
  if [ -f "$1" ]; then head -c 1000000 -- "$1" | tr -d '\0' | tr '\t\r\v\f' '    ' |
    awk '!/^ *#/ {for (i = 1; i <= NF; i++) if ($i ~ /^AAAA[A-Za-z0-9+\/]+=*$/) print $i}' | sort -u | head -n 2000; fi
}
wanted_blobs=("${KEYS[@]##* }")
declared_blobs=("${DECLARED_KEYS[@]##* }")
for file in "${authorities[@]}"; do
  for blob in $(blobs "$file"); do
    if within "$blob" "${wanted_blobs[@]}"; then say open "a key of $MEMBER is an authority in $file"; fi
  done
done

# listed NAME UID HOME: sets keys to the lists with keys that let somebody in as this account.
declare -A looked_into=()
listed() {
  local pattern file blob others
  keys=()
  for pattern in "${patterns[@]}"; do
    file=${pattern//%%/$'\1'}
    file=${file//%h/"$3"}
    file=${file//%u/"$1"}
    file=${file//%U/"$2"}
    file=${file//$'\1'/%}
    case $file in /*) ;; *) file=$3/$file ;; esac
    if within "$file" "${keys[@]}" || [ ! -f "$file" ]; then continue; fi
    others=0
    for blob in $(blobs "$file"); do
      if within "$blob" "${wanted_blobs[@]}"; then
        if [ -z "${looked_into[$file]:-}" ]; then say open "a key of $MEMBER is in $file"; fi
      elif ! within "$blob" "${declared_blobs[@]}"; then
        others=$((others + 1))
      fi
    done
    if [ -n "$(blobs "$file")" ]; then keys+=("$file"); fi
    if [ "$others" -gt 0 ] && [ -z "${looked_into[$file]:-}" ]; then
      if within "$1" "${DECLARED[@]}"; then
        say open "keys that nobody declares let in as $1: $others in $file"
      elif [ "$1" = "$INITIAL_ACCOUNT" ] && [ "$MADE_BY_BERTH" != yes ] && [ "$(stat -Lc %Z "$file")" -ge "$since" ]; then
        found keys "$file, of the account that Berth was given, holds $others that nobody declares"
      fi
    fi
    looked_into[$file]=yes
  done
}

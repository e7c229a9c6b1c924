# shellcheck shell=bash
# Rights that nobody declared. Taken away on machines that Berth made, and only reported elsewhere.

# excess SUBJECT DETAIL: succeeds when it shall be taken away now.
excess() {
  if [ "$MADE_BY_BERTH" = yes ]; then differs "$@"; else
    note "$1" "$2; Berth did not make it and leaves it"
    return 1
  fi
}

# repeats_rights FILE: does it give members what they are given already, and no more? People's dotfiles
# write such files. One that asks for a password is none: of several rules sudo takes the last.
repeats_rights() {
  local content line words
  looked "$1"
  [[ ${files[$1]} == 'root:root 440 regular file' ]] && read_file "$1" || return 1
  while IFS= read -r line; do
    read -ra words <<<"$line"
    case "${words[*]}" in
      '#include'* | '#'[0-9]*) return 1 ;;
      '' | '#'*) ;;
      *)
        within "${words[0]}" "${people[@]}" || return 1
        printf -v line '%s' "${words[@]:1}"
        [[ $line =~ ^ALL=\(ALL(:ALL)?\)NOPASSWD:ALL$ ]] || return 1
        ;;
    esac
  done <<<"$content"
}

# refuse_rights: files of sudo's that nobody declared.
refuse_rights() {
  local file
  for file in /etc/sudoers.d/*; do
    if ! within "${file##*/}" README 00-berth 01-berth-automation 02-berth-jobs 90-cloud-init-users '*' && ! repeats_rights "$file"; then
      if excess "$file" "grants rights that are not declared"; then
        set_aside "$file"
        sudoers_changed=yes
      fi
    fi
  done
}

if managed people; then
  declared=("${people[@]}" "$AUTOMATION" "$INITIAL_ACCOUNT")
  for group in sudo docker admin lxd; do
    entry=${groups[$group]:-}
    IFS=, read -ra holders <<<"${entry##*:}"
    for name in "${holders[@]}"; do
      if ! within "$name" "${declared[@]}"; then
        if excess "account $name" "in group $group without being declared"; then gpasswd -d "$name" "$group" >/dev/null; fi
      fi
    done
  done

  refuse_rights

  if [ "$MADE_BY_BERTH" = yes ]; then
    # Lines that Debian and Ubuntu bring; spaces are squeezed before they are compared.
    extra='' rest=
    while IFS= read -r line || [ -n "$line" ]; do
      read -ra words <<<"$line"
      case "${words[*]}" in
        '' | '#includedir /etc/sudoers.d' | '@includedir /etc/sudoers.d' | 'root ALL=(ALL:ALL) ALL' | '%sudo ALL=(ALL:ALL) ALL' | '%admin ALL=(ALL) ALL') ;;
        '#include'* | '#'[0-9]*) extra+="; $line" && continue ;;
        '#'*) ;;
        'Defaults env_reset' | 'Defaults mail_badpass' | 'Defaults use_pty' | 'Defaults secure_path='*) ;;
        *) extra+="; $line" && continue ;;
      esac
      rest+=$line$'\n'
    done </etc/sudoers
    if [ -n "$extra" ]; then
      if differs /etc/sudoers "holds what its package does not bring:${extra:1}"; then
        put /etc/sudoers.d/berth.draft root:root 440 "$rest"
        visudo -c -f /etc/sudoers.d/berth.draft >/dev/null
        cp -p /etc/sudoers /etc/sudoers.d/berth.old
        set_aside /etc/sudoers.d/berth.old
        mv -fT /etc/sudoers.d/berth.draft /etc/sudoers
        sudoers_changed=yes
      fi
    fi
    ensure_attributes /etc/sudoers root:root 440
  fi

  IFS=: read -r _ _ sudo_gid _ <<<"${groups[sudo]:-:::}"
  for name in "${!passwd[@]}"; do
    account "$name"
    if [ "$uid" = 0 ] && [ "$name" != root ]; then
      if [ "$expiry" != 1 ] && excess "account $name" "has root's number, 0"; then
        usermod --expiredate 1 --password '!*' "$name"
      fi
    elif [ "$uid" -ge 1000 ] && [ "$uid" -lt 60000 ] && ! within "$name" "${declared[@]}" "${known[@]}"; then
      note "account $name" "not made by Berth"
    fi
    if [ "$gid" = "$sudo_gid" ] && ! within "$name" "${declared[@]}"; then
      if excess "account $name" "has sudo as its first group"; then usermod --gid nogroup "$name"; fi
    fi
  done
fi
if [ -n "$sudoers_changed" ] && [ "$CHECK" != yes ] && ! visudo -c >/dev/null 2>&1; then
  failed sudoers "visudo -c does not accept what sudo reads; look at /etc/sudoers and /etc/sudoers.d"
fi

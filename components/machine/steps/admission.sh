# shellcheck shell=bash
# Success means that people can come in. Files and groups are as declared by now; whether sshd, PAM and
# sudo let somebody in with them is asked, for the automation account and each member, as if they came
# from where this session came from.

# comes_in NAME KEYS
comes_in() {
  local uid gid home shell password expiry ages types
  account "$1" || return 0
  types=$(cut -d' ' -f1 <<<"${2%$'\n'}" | sort -u | tr '\n' ' ')
  if ! sshd_admits "$1" "$home" "$shell" "$types"; then
    failed "account $1" "$detail"
  elif [ "$uses_pam" = yes ] && [ "${pam_says[$1]}" = unasked ]; then
    unasked+=("$1")
  elif [ "$uses_pam" = yes ] && [ -n "${pam_says[$1]}" ]; then
    failed "account $1" "PAM ($pam_service) would not let it in from $from: ${pam_says[$1]}"
  fi
  if ! sudo_admits "$1" "$home"; then failed "account $1" "$detail"; fi
}

# In a check nothing may be there yet of what a converge would make.
if [ "$MADE_BY_BERTH" != yes ] && { [ "$CHECK" != yes ] || [ "$changed" = 0 ]; }; then
  unasked=()
  uses_pam=yes pam_service=sshd
  sshd_admits "$AUTOMATION" "/home/$AUTOMATION" /bin/bash "$(cut -d' ' -f1 <<<"$DEPLOYER_KEYS")" || true
  if [ "$uses_pam" = yes ]; then ask_pam "$AUTOMATION" "${people[@]}"; fi
  comes_in "$AUTOMATION" "$DEPLOYER_KEYS"
  for member in "${people[@]}"; do comes_in "$member" "${KEYS[$member]}"; done
  if [ ${#unasked[@]} -gt 0 ]; then note PAM "was not asked whether it lets in ${unasked[*]}: there is no python3"; fi
fi

# shellcheck shell=bash
# Last: the account the provider made. This very session came in another way, sshd has answered with
# the new settings, and nothing failed; until here the provider's account still worked. Should the
# deployers' keys be lost one day, a member's sudo mends the automation account.
if [ "$MADE_BY_BERTH" = yes ] && [ "${SUDO_USER:-}" = "$AUTOMATION" ] && [ -z "$sshd_failed" ]; then
  if [ -e /root/.ssh/authorized_keys ]; then
    if differs "account root" "still has keys"; then
      sync
      set_aside /root/.ssh/authorized_keys
    fi
  fi
  ensure_absent /root/.ssh/authorized_keys2 "a second list of keys"
  IFS=: read -r _ password _ <<<"${shadow[root]}"
  case $password in
    '!'* | '*'*) ;;
    *) if differs "account root" "has a password"; then usermod --password '*' root; fi ;;
  esac
  if [ "$INITIAL_ACCOUNT" != root ] && account "$INITIAL_ACCOUNT"; then
    if [ -e "$home/.ssh/authorized_keys" ]; then
      if differs "account $INITIAL_ACCOUNT" "the provider's initial account still has keys"; then
        sync
        set_aside "$home/.ssh/authorized_keys"
      fi
    fi
  fi
  ensure_absent /etc/sudoers.d/90-cloud-init-users "rights of the provider's initial account"
fi

# shellcheck shell=bash
# The first session on a machine, as the provider's account, pinned to the boot key. Prints the
# permanent host key as its last line. May be cut anywhere and run again: every file is whole or
# absent, and the provider's account stays open until a converge has come in the other way.
mark=/var/lib/berth/accounts
if getent passwd "$AUTOMATION" >/dev/null && ! grep -qsxF "$AUTOMATION" "$mark"; then
  stop "account $AUTOMATION" "exists and was not made by Berth; rename it or remove it"
fi
if [ ! -e /etc/berth/owner ]; then
  mkdir -p /etc/berth
  printf '%s\n' "$OWNER" >/etc/berth/.berth.new
  mv -f /etc/berth/.berth.new /etc/berth/owner
fi

if ! command -v sudo >/dev/null; then
  install_sudo() { apt-get -qq -y -o DPkg::Lock::Timeout=600 install --no-install-recommends sudo </dev/null >/dev/null 9>&-; }
  install_sudo 2>/dev/null || { apt-get -qq update </dev/null 9>&- && install_sudo; }
fi

# Remembered before it is made: after a cut it must be known whose account it is.
if ! grep -qsxF "$AUTOMATION" "$mark"; then
  install -d -m 700 /var/lib/berth
  printf '%s\n' "$AUTOMATION" >>"$mark"
fi
if ! getent passwd "$AUTOMATION" >/dev/null; then
  useradd --create-home --shell /bin/bash --user-group --password '*' "$AUTOMATION"
fi
usermod --password '*' --expiredate '' --shell /bin/bash "$AUTOMATION"

# A name with a dot is not read by sudo, so a draft grants nothing.
printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\n' "$AUTOMATION" >/etc/sudoers.d/.berth.new
chmod 440 /etc/sudoers.d/.berth.new
visudo -c -f /etc/sudoers.d/.berth.new >/dev/null
mv -f /etc/sudoers.d/.berth.new /etc/sudoers.d/01-berth-automation

home=$(getent passwd "$AUTOMATION" | cut -d: -f6)
group=$(id -gn "$AUTOMATION")
install -d -o "$AUTOMATION" -g "$group" -m 700 "$home/.ssh"
rm -rf "$home/.ssh/.berth.new"
printf '%s' "$DEPLOYER_KEYS" >"$home/.ssh/.berth.new"
chown "$AUTOMATION:$group" "$home/.ssh/.berth.new"
chmod 600 "$home/.ssh/.berth.new"
mv -fT "$home/.ssh/.berth.new" "$home/.ssh/authorized_keys"

key=/etc/ssh/ssh_host_ed25519_key
if [ "$MADE_BY_BERTH" = yes ]; then
  if [ ! -s $key ]; then
    rm -f /etc/ssh/.berth_key /etc/ssh/.berth_key.pub
    ssh-keygen -q -t ed25519 -N '' -C '' -f /etc/ssh/.berth_key
    mv -f /etc/ssh/.berth_key.pub $key.pub
    mv -f /etc/ssh/.berth_key $key
  fi
  if ! cmp -s <(ssh-keygen -y -f $key | cut -d' ' -f1,2) <(cut -d' ' -f1,2 $key.pub); then
    ssh-keygen -y -f $key >$key.pub.new
    mv -f $key.pub.new $key.pub
  fi
fi
mkdir -p /run/sshd
fault=$(sshd -t 2>&1 | tr -d '\r') || stop sshd "its configuration is invalid: ${fault//$'\n'/; }"
if [ "$MADE_BY_BERTH" = yes ]; then reload_sshd; fi

# The next session comes as the automation account: say now what would refuse it.
effective=$'\n'$(sshd -T -C "user=$AUTOMATION,host=berth.invalid,addr=192.0.2.1" 2>/dev/null)$'\n'
case $effective in *$'\npubkeyauthentication yes\n'*) ;; *) stop sshd "PubkeyAuthentication is not yes" ;; esac
case $effective in *$'\nauthorizedkeysfile '*.ssh/authorized_keys*) ;; *) stop sshd "AuthorizedKeysFile does not name .ssh/authorized_keys" ;; esac
case $effective in
  *$'\nallowusers '* | *$'\nallowgroups '*)
    case $effective in
      *$'\nallowusers '"$AUTOMATION"$'\n'* | *$'\nallowgroups '"$group"$'\n'*) ;;
      *) stop sshd "AllowUsers or AllowGroups leaves out $AUTOMATION; add it" ;;
    esac
    ;;
esac
if [ "$MADE_BY_BERTH" = yes ]; then
  case $effective in *$'\nhostkey '"$key"$'\n'*) ;; *) stop sshd "a HostKey setting leaves out $key" ;; esac
fi

sync
if [ -s $key.pub ]; then cut -d' ' -f1,2 $key.pub; else echo entered; fi

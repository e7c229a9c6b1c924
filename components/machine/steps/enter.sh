# shellcheck shell=bash
# The first session on a machine, as the provider's account, pinned to the boot key. Prints the
# permanent host key as its last line. May be cut anywhere and run again: every file is whole or
# absent, and the provider's account stays open until a converge has come in the other way.
#
# What would refuse the next session is looked at before anything is made. The deployers' keys come
# last, so that a cut leaves no account that somebody could enter and nobody looked at, and what this
# run made goes again where a later step refuses.
mark=/var/lib/berth/accounts
key=/etc/ssh/ssh_host_ed25519_key
rights=/etc/sudoers.d/01-berth-automation
made=()

# give_up SUBJECT DETAIL: takes back what this run made, and refuses.
give_up() {
  local index
  for ((index = ${#made[@]} - 1; index >= 0; index--)); do ${made[index]} || true; done >/dev/null 2>&1
  stop "$1" "$2; the account and the rights that this run made are taken back"
}
forget_account() { userdel --remove "$AUTOMATION" && sed -i "/^$AUTOMATION\$/d" "$mark"; }

if getent passwd "$AUTOMATION" >/dev/null && ! grep -qsxF "$AUTOMATION" "$mark"; then
  stop "account $AUTOMATION" "exists and was not made by Berth; rename it or remove it"
fi
mkdir -p /run/sshd
fault=$(sshd -t 2>&1) || stop sshd "its configuration is invalid: ${fault//$'\n'/; }"
IFS=: read -r _ _ _ _ _ home _ < <(getent passwd "$AUTOMATION") || home=/home/$AUTOMATION
types=$(cut -d' ' -f1 <<<"$DEPLOYER_KEYS" | sort -u | tr '\n' ' ')
sshd_admits "$AUTOMATION" "$home" /bin/bash "$types" || stop sshd "$detail"

if ! command -v sudo >/dev/null; then
  install_sudo() { apt-get -qq -y --no-remove -o DPkg::Lock::Timeout=600 install --no-install-recommends sudo </dev/null >/dev/null 9>&-; }
  install_sudo 2>/dev/null || { apt-get -qq update </dev/null 9>&- && install_sudo; }
fi
if [ ! -e /etc/berth/owner ]; then
  mkdir -p /etc/berth
  printf '%s\n' "$OWNER" >/etc/berth/.berth.new
  mv -f /etc/berth/.berth.new /etc/berth/owner
  made+=('rmdir /etc/berth' 'rm /etc/berth/owner')
fi

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
  case $(sshd -T -C "user=$AUTOMATION,host=$from,addr=$from,laddr=$at,lport=$port,rdomain=")$'\n' in
    *$'\nhostkey '"$key"$'\n'*) ;;
    *) stop sshd "a HostKey setting leaves out $key" ;;
  esac
  # The next session dials once: for the new key, and not as root, whom alone a machine lets in that boots.
  reload_sshd
  for ((round = 0; round < 1200; round++)); do
    [ -e /run/nologin ] || break
    sleep 0.1
  done
  sshd_answers || stop sshd "does not answer after a reload; see: journalctl -u ssh"
fi

# Remembered before it is made: after a cut it must be known whose account it is.
if ! grep -qsxF "$AUTOMATION" "$mark"; then
  install -d -m 700 /var/lib/berth
  printf '%s\n' "$AUTOMATION" >>"$mark"
fi
if ! getent passwd "$AUTOMATION" >/dev/null; then
  made+=(forget_account)
  # Whatever ages accounts on this machine is meant for passwords; this one has none.
  said=$(useradd --create-home --shell /bin/bash --user-group --password '*' --inactive -1 --expiredate '' \
    -K PASS_MAX_DAYS=-1 -K PASS_MIN_DAYS=0 "$AUTOMATION" 2>&1) || give_up "account $AUTOMATION" "cannot be made: ${said//$'\n'/; }"
fi
usermod --password '*' --shell /bin/bash "$AUTOMATION"
chage --mindays 0 --maxdays -1 --inactive -1 --expiredate -1 "$AUTOMATION"
sshd_admits "$AUTOMATION" "$home" /bin/bash "$types" || give_up sshd "$detail"
if [ "$uses_pam" = yes ]; then
  ask_pam "$AUTOMATION"
  case ${pam_says[$AUTOMATION]} in
    '' | unasked) ;;
    *) give_up "account $AUTOMATION" "PAM would not let it in by $pam_service from $from: ${pam_says[$AUTOMATION]}" ;;
  esac
fi

# A name with a dot is not read by sudo, so a draft grants nothing.
if [ ! -e $rights ]; then made+=("rm $rights"); fi
printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\n' "$AUTOMATION" >/etc/sudoers.d/.berth.new
chmod 440 /etc/sudoers.d/.berth.new
visudo -c -f /etc/sudoers.d/.berth.new >/dev/null
mv -f /etc/sudoers.d/.berth.new $rights
sudo_admits "$AUTOMATION" "$home" || give_up "account $AUTOMATION" "$detail"

group=$(id -gn "$AUTOMATION")
install -d -o "$AUTOMATION" -g "$group" -m 700 "$home/.ssh"
rm -rf "$home/.ssh/.berth.new"
printf '%s' "$DEPLOYER_KEYS" >"$home/.ssh/.berth.new"
chown "$AUTOMATION:$group" "$home/.ssh/.berth.new"
chmod 600 "$home/.ssh/.berth.new"
mv -fT "$home/.ssh/.berth.new" "$home/.ssh/authorized_keys"

sync
if [ -s $key.pub ]; then cut -d' ' -f1,2 $key.pub; else echo entered; fi

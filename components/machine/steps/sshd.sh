# shellcheck shell=bash
# sshd: keys only, no root, the permanent host key alone. The drop-in is read before all else and
# repeats itself under `Match all`: of several values sshd takes the first, so whatever stands later
# cannot loosen it. What tries to is set aside all the same, because people would believe it.
# Machines that Berth did not make keep their sshd as it is.

sshd_config=/etc/ssh/sshd_config
sshd_drop_in=/etc/ssh/sshd_config.d/00-berth.conf
# Debian's and Ubuntu's package keeps its own configuration here.
sshd_pristine=/usr/share/openssh/sshd_config

# sshd_contradicts FILE: does it hold what may only stand in ours, or a looser value? Sets detail.
sshd_contradicts() {
  local line word value main=
  if [ "$1" = $sshd_config ]; then main=yes; fi
  while read -r line || [ -n "$line" ]; do
    line=${line//[=\"]/ }
    read -r word value <<<"${line,,}"
    case $word in
      match | allowusers | denyusers | allowgroups | denygroups | authorizedkeyscommand | authorizedkeyscommanduser | \
        authorizedprincipalscommand | authorizedprincipalsfile | trustedusercakeys | authenticationmethods | \
        forcecommand | chrootdirectory | listenaddress | hostkey | permituserenvironment) ;;
      passwordauthentication | kbdinteractiveauthentication | challengeresponseauthentication | permitemptypasswords | \
        hostbasedauthentication | gssapiauthentication)
        if [ "$value" = no ]; then continue; fi
        ;;
      pubkeyauthentication | usepam | strictmodes) if [ "$value" = yes ]; then continue; fi ;;
      permitrootlogin) if within "$value" no prohibit-password without-password; then continue; fi ;;
      port) if [ "$value" = 22 ]; then continue; fi ;;
      authorizedkeysfile) if within "$value" .ssh/authorized_keys '.ssh/authorized_keys .ssh/authorized_keys2'; then continue; fi ;;
      include) if [ -n "$main" ] && [ "$value" = '/etc/ssh/sshd_config.d/*.conf' ]; then continue; fi ;;
      *) continue ;;
    esac
    detail="says: $line"
    return 0
  done <"$1"
  return 1
}

# sshd_includes_first: is the drop-in read before everything else in sshd_config?
sshd_includes_first() {
  local word value
  while read -r word value; do
    case $word in
      '' | '#'*) ;;
      [Ii]nclude)
        if [ "$value" = '/etc/ssh/sshd_config.d/*.conf' ]; then return 0; fi
        break
        ;;
      *) break ;;
    esac
  done <$sshd_config
  return 1
}

# restore_sshd_config DETAIL: the package's own, with the old one set aside.
restore_sshd_config() {
  if [ ! -r $sshd_pristine ]; then
    failed $sshd_config "$1; it cannot be restored: $sshd_pristine does not exist"
  elif differs $sshd_config "$1"; then
    cp $sshd_pristine /etc/ssh/.berth.pristine
    chmod 644 /etc/ssh/.berth.pristine
    cp -p $sshd_config "$sshd_config.berth"
    set_aside "$sshd_config.berth"
    mv -fT /etc/ssh/.berth.pristine $sshd_config
  fi
}

# sshd_keeps USER SETTING...: what sshd will really do. Sets detail to what it does otherwise.
sshd_keeps() {
  local effective setting
  effective=$'\n'$(sshd -T "${sshd_options[@]}" -C "user=$1,host=$from,addr=$from,laddr=$at,lport=$port,rdomain=" 2>/dev/null)$'\n'
  for setting in "${@:2}"; do
    detail="for $1 it does not keep to: $setting"
    case $effective in *$'\n'"$setting"$'\n'*) ;; *) return 1 ;; esac
  done
  detail="for $1 a list of users or groups decides"
  case $effective in *$'\n'allowusers\ * | *$'\n'denyusers\ * | *$'\n'allowgroups\ * | *$'\n'denygroups\ *) return 1 ;; esac
}

if [ "$MADE_BY_BERTH" = yes ]; then
  # Root is closed by the session that proves the other way in, and stays closed.
  root=prohibit-password
  old=
  if [ -f $sshd_drop_in ] && read_file $sshd_drop_in; then old=$content; fi
  if [ "${SUDO_USER:-}" = "$AUTOMATION" ] || [[ $old == *'PermitRootLogin no'* ]]; then root=no; fi
  before=$changed
  sshd_failed=
  mkdir -p /run/sshd
  # A run that was cut off between the files and the reload must be followed by one that reloads.
  pending=$desk/sshd-changed

  if [ ! -r $sshd_config ]; then
    if [ "$CHECK" != yes ]; then : >$sshd_config; fi
    restore_sshd_config missing
  elif sshd_contradicts $sshd_config; then
    [ "$CHECK" = yes ] || : >$pending
    restore_sshd_config "$detail"
  elif ! sshd_includes_first; then
    [ "$CHECK" = yes ] || : >$pending
    restore_sshd_config "does not begin with: Include /etc/ssh/sshd_config.d/*.conf"
  fi
  for file in /etc/ssh/sshd_config.d/*.conf; do
    if [ "$file" = $sshd_drop_in ] || [ ! -e "$file" ]; then continue; fi
    detail=
    if sshd_contradicts "$file"; then :; elif [[ ${file##*/} < 00-berth.conf ]]; then detail="is read before 00-berth.conf"; fi
    if [ -n "$detail" ]; then
      if differs "$file" "$detail"; then
        : >$pending
        set_aside "$file"
      fi
    fi
  done

  if [ "$CHECK" != yes ] && [ "$old" != "${SSHD_CONF//@ROOT@/$root}" ]; then : >$pending; fi
  ensure_file $sshd_drop_in root:root 644 "${SSHD_CONF//@ROOT@/$root}"

  # Never load an invalid configuration. What makes it invalid is set aside where it is not ours.
  for ((round = 0; round < 10; round++)); do
    if fault=$(sshd -t 2>&1); then
      fault=
      break
    fi
    # sshd ends its lines as terminals want them.
    fault=${fault//$'\r'/}
    culprit=${fault##*$'\n'}
    culprit=${culprit#"${culprit%%/*}"}
    culprit=${culprit%%[: ]*}
    fault=${fault//$'\n'/; }
    if [ "$CHECK" = yes ]; then
      differs sshd "its configuration is invalid: $fault" || true
      break
    fi
    : >$pending
    case $culprit in
      "$sshd_drop_in" | '') break ;;
      "$sshd_config")
        restore_sshd_config "invalid: $fault"
        if [ ! -r $sshd_pristine ]; then break; fi
        ;;
      /etc/ssh/sshd_config.d/*.conf) if differs "$culprit" "invalid: $fault"; then set_aside "$culprit"; fi ;;
      *) break ;;
    esac
  done

  if [ -z "$fault" ] && { [ "$CHECK" != yes ] || [ "$changed" -eq "$before" ]; }; then
    common=('passwordauthentication no' 'kbdinteractiveauthentication no' 'permitemptypasswords no' 'pubkeyauthentication yes' 'port 22')
    for name in root "$AUTOMATION"; do
      if ! sshd_keeps "$name" "${common[@]}" "permitrootlogin ${root/prohibit/without}" 'authorizedkeysfile .ssh/authorized_keys'; then
        fault=$detail
        if [ "$CHECK" = yes ]; then differs sshd "$detail" || true; fi
        break
      fi
    done
  fi

  if [ "$CHECK" != yes ]; then
    if [ -n "$fault" ]; then
      # The running sshd goes on as it was; so does the file, for the next boot.
      if [ -n "$old" ]; then put $sshd_drop_in root:root 644 "$old"; else rm -f $sshd_drop_in; fi
      failed sshd "its configuration is left as it was: $fault"
      sshd_failed=yes
    fi
  fi

  # The boot key's private half stays readable in the instance's metadata, so it must not identify
  # this machine any longer. RSA and DSA keys that an image made were never pinned by anyone.
  if [ ! -s /etc/ssh/ssh_host_ed25519_key ]; then
    failed /etc/ssh/ssh_host_ed25519_key "the permanent host key is missing; put it back, or enter the machine again"
  elif [ -z "$sshd_failed" ]; then
    for file in /etc/ssh/ssh_host_*_key; do
      if [ "$file" != /etc/ssh/ssh_host_ed25519_key ]; then
        if differs "$file" "is not the permanent host key"; then
          : >$pending
          rm -f "$file" "$file.pub"
        fi
      fi
    done
  fi

  if [ "$CHECK" != yes ] && [ -e $pending ] && [ -z "$sshd_failed" ]; then
    reload_sshd 2>/dev/null || true
    if sshd_answers; then
      rm -f $pending
    else
      if [ -n "$old" ]; then put $sshd_drop_in root:root 644 "$old"; else rm -f $sshd_drop_in; fi
      systemctl restart ssh 9>&- || true
      failed sshd "did not answer after a reload; its configuration is what it was before"
      sshd_failed=yes
    fi
  fi
fi

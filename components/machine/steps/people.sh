# shellcheck shell=bash
# The automation account with the deployers' keys and no others, and the members (R14-R17): an
# account each, in sudo, dev and docker, with exactly their declared keys. The docker group equals
# root, and so do members: it is what the manual asks for. Nobody types a password: there is none.

# ours NAME: may Berth change this account? Those it made; on machines it made, any person's; else
# those that are declared to be taken over.
ours() {
  local uid gid home shell password expiry
  account "$1" || return 0
  if [ "$uid" -lt 1000 ] || [ "$uid" -ge 60000 ]; then return 1; fi
  if [ "$MADE_BY_BERTH" = yes ]; then return 0; fi
  within "$1" "${known[@]}" "${TAKEN_OVER[@]}"
}

# ensure_group NAME OPTION...
ensure_group() {
  if [ -z "${groups[$1]:-}" ]; then
    if differs "group $1" missing; then groupadd "${@:2}" "$1"; fi
  fi
}

# The groups that this run gives to accounts.
declare -A granted=()

# ensure_account NAME [GROUP...]: with a home of its own, bash, no password and no expiry.
ensure_account() {
  local uid gid home shell password expiry ages age='' group missing='' fix=()
  for group in "${@:2}"; do
    if ! in_group "$1" "$group"; then missing+=${missing:+,}$group; fi
  done
  granted[$1]=$missing
  if ! account "$1"; then
    if differs "account $1" missing; then fresh+=("$1:$missing"); fi
    return 0
  fi
  if [ "$CHECK" != yes ]; then
    add_to /var/lib/berth/accounts "$1"
    drop_from /var/lib/berth/closed "$1"
  fi
  # An sshd without PAM takes an account for locked where this begins with an exclamation mark.
  case $password in
    '*') ;;
    '!'*) if differs "account $1" "is locked"; then fix+=(--password '*'); fi ;;
    *) if differs "account $1" "has a password"; then fix+=(--password '*'); fi ;;
  esac
  if [ -n "$ages" ]; then
    if differs "account $1" "its password ages: $ages"; then age=yes; fi
  fi
  if [ "$shell" != /bin/bash ]; then
    if differs "account $1" "shell $shell, wanted /bin/bash"; then fix+=(--shell /bin/bash); fi
  fi
  if [ -n "$expiry" ]; then
    if differs "account $1" "expires"; then fix+=(--expiredate '' --password '*'); fi
  fi
  if [ -n "$missing" ]; then
    if differs "account $1" "not in group ${missing//,/, }"; then fix+=(--append --groups "$missing"); fi
  fi
  if [ "$home" != "/home/$1" ] && ! within "$1" "${TAKEN_OVER[@]}"; then
    if differs "account $1" "home $home, wanted /home/$1"; then fix+=(--home "/home/$1"); fi
  fi
  if [ ${#fix[@]} -gt 0 ]; then tried "account $1" usermod "${fix[@]}" "$1" || return 0; fi
  if [ -n "$age" ]; then tried "account $1" never_ages "$1" || return 0; fi
}

# never_ages NAME: what ages accounts on a machine is meant for passwords.
never_ages() {
  chage --lastday "$(date +%F)" --mindays 0 --maxdays -1 --inactive -1 "$1"
}

# create_accounts: all new ones at once where the system can, which syncs its tables once and not
# once an account; one by one where their groups exist already.
create_accounts() {
  local entry name group number=1000 taken=' ' batch='' unlocked=''
  # Again, with the groups just made: sysusers gives a system's number where this one is taken.
  read_accounts
  for name in "${!passwd[@]}"; do
    account "$name"
    taken+="$uid "
  done
  for entry in "${groups[@]}"; do
    IFS=: read -r _ _ name _ <<<"$entry"
    taken+="$name "
  done
  for entry in "${fresh[@]}"; do
    name=${entry%%:*}
    # Remembered before it is made: after a cut it must be known whose account it is.
    add_to /var/lib/berth/accounts "$name"
    while [[ $taken == *" $number "* ]]; do number=$((number + 1)); done
    taken+="$number "
    if [ -z "${groups[$name]:-}" ]; then
      batch+="u $name $number - /home/$name /bin/bash"$'\n'
      for group in ${entry//[:,]/ }; do [ "$group" = "$name" ] || batch+="m $name $group"$'\n'; done
    fi
  done
  if [ -n "$batch" ] && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers - <<<"$batch" >/dev/null 2>&1 || true
    read_accounts
  fi
  for entry in "${fresh[@]}"; do
    name=${entry%%:*}
    if ! account "$name"; then
      local how=(--no-create-home --home-dir "/home/$name" --shell /bin/bash --password '*')
      how+=(--inactive -1 --expiredate '' -K PASS_MAX_DAYS=-1 -K PASS_MIN_DAYS=0)
      if [ -n "${groups[$name]:-}" ]; then how+=(--gid "$name"); else how+=(--user-group); fi
      if [ -n "${entry#*:}" ]; then how+=(--groups "${entry#*:}"); fi
      tried "account $name" useradd "${how[@]}" "$name" || true
    elif [ "$password" != '*' ]; then
      unlocked+="$name:*"$'\n'
    fi
  done
  # sysusers locks what it makes with an exclamation mark.
  if [ -n "$unlocked" ]; then tried accounts chpasswd --encrypted <<<"${unlocked%$'\n'}" || true; fi
}

# create_home OWNER:GROUP HOME KEYS: whole or not at all, with the keys in it. The group by its number:
# the coreutils of Ubuntu 26.04 do not take "owner:" for the owner's own.
create_home() {
  local draft=${2%/*}/.berth.new
  rm -rf "$draft"
  cp -r /etc/skel "$draft"
  mkdir "$draft/.ssh"
  printf '%s' "$3" >"$draft/.ssh/authorized_keys"
  chmod 700 "$draft" "$draft/.ssh"
  chmod 600 "$draft/.ssh/authorized_keys"
  chown -R "$1" "$draft"
  mv -T "$draft" "$2"
}

# What differs between two lists of keys, in `detail`: keys are told by their comment or their end.
# shellcheck disable=SC2317 # ensure_file calls it
explain_keys() {
  local present wanted key words=()
  mapfile -t present <<<"${1%$'\n'}"
  mapfile -t wanted <<<"${2%$'\n'}"
  detail=
  for key in "${present[@]}"; do
    read -ra words <<<"$key"
    if ! within "$key" '' "${wanted[@]}"; then detail+="; not declared: ${words[*]:2} ...${words[1]: -12}"; fi
  done
  for key in "${wanted[@]}"; do
    read -ra words <<<"$key"
    if ! within "$key" '' "${present[@]}"; then detail+="; missing: ${words[*]:2} ...${words[1]: -12}"; fi
  done
  detail=${detail:2}
  detail=${detail:-"order or form"}
}

# place_of HOME: sets home to where a home that was moved and linked really is. Only root makes links in
# /home, so one that is there is meant. Fails where it leads nowhere.
place_of() {
  local real
  if [[ ${files[$1]:-} == *' symbolic link' ]]; then
    real=$(readlink -e -- "$1") || return 1
    looked "$real"
    home=$real
  fi
}

# ensure_keys ACCOUNT KEYS: authorized_keys holds exactly these (R16), and sshd will read it: it
# refuses a home that others may write to.
ensure_keys() {
  local uid gid home shell password expiry ages seen
  account "$1" || return 0
  if ! place_of "$home"; then
    failed "$home" "is a link that leads nowhere; make what it names, or remove it"
    return 1
  fi
  seen=${files[$home]:-}
  if [ -z "$seen" ]; then
    if differs "$home" missing; then create_home "$1:$gid" "$home" "$2"; fi
    return 0
  elif [[ $seen != *' directory' ]]; then
    failed "$home" "is no directory; move it away, so that a home can be made there"
    return 1
  elif [[ $seen != "$1:"* ]] || [[ ${seen#* } =~ ^[0-7]*([2367][0-7]|[2367])\  ]]; then
    if differs "$home" "owner and mode ${seen% directory}: only $1 may write there"; then
      chown -h "$1:$gid" "$home"
      chmod go-w "$home"
    fi
  fi
  group_of "$gid"
  ensure_directory "$home/.ssh" "$1:$group" 700
  ensure_file "$home/.ssh/authorized_keys" "$1:$group" 600 "$2" explain_keys
  ensure_absent "$home/.ssh/authorized_keys2" "a second list of keys"
}

# group_of GID: sets group to its name.
group_of() {
  local name
  for name in "${!groups[@]}"; do
    if [[ ${groups[$name]} == "$name:"*":$1:"* ]]; then
      group=$name
      return 0
    fi
  done
  group=$1
}

# ensure_sudoers NAME CONTENT: sudo reads a whole and valid file or the old one. A name with a dot is
# not read, so the draft grants nothing.
ensure_sudoers() {
  local file=/etc/sudoers.d/$1 before=$changed
  if [ "$CHECK" != yes ]; then
    looked "$file"
    if [ ! -f "$file" ] || ! read_file "$file" || [ "$content" != "$2" ]; then
      put /etc/sudoers.d/berth.draft root:root 440 "$2"
      visudo -c -f /etc/sudoers.d/berth.draft >/dev/null
      rm /etc/sudoers.d/berth.draft
    fi
  fi
  ensure_file "$file" root:root 440 "$2"
  [ "$changed" -eq "$before" ] || sudoers_changed=yes
}
sudoers_changed=

people=()
fresh=()
before=$changed
if managed people; then
  ensure_group sudo --system
  ensure_group docker --system
  ensure_group dev
fi
# A deployer's key that is in use now stays, whatever is declared: this session's way in.
deployers=$DEPLOYER_KEYS
used=
while read -r method type blob; do
  if [ "$method" = publickey ]; then used="$type $blob"; fi
done <<<"${LOGIN_KEY:-}"
if [ -n "$used" ] && [ "${SUDO_USER:-}" = "$AUTOMATION" ] && [[ $'\n'$deployers != *$'\n'"$used"[$' \n']* ]]; then
  deployers+="$used kept-because-in-use"$'\n'
  failed "account $AUTOMATION" "the key of this very session is no longer declared and stays; converge again with another deployer's"
fi
ensure_account "$AUTOMATION"
if managed people; then
  for member in "${MEMBERS[@]}"; do
    if ours "$member"; then
      people+=("$member")
      ensure_account "$member" sudo dev docker
    else
      failed "account $member" "exists and Berth did not make it; it is not touched: name the member otherwise, or declare the account under the accounts of its node to be taken over"
    fi
  done
fi
if [ "$changed" -ne "$before" ] && [ "$CHECK" != yes ]; then
  if [ ${#fresh[@]} -gt 0 ]; then create_accounts; fi
  read_accounts
fi

paths=(/etc/sudoers.d/00-berth /etc/sudoers.d/01-berth-automation /etc/sudoers)
for name in "$AUTOMATION" "${people[@]}"; do
  if account "$name"; then paths+=("$home" "$home/.ssh" "$home/.ssh/authorized_keys"); fi
done
look "${paths[@]}"
ensure_sudoers 01-berth-automation "$AUTOMATION ALL=(ALL:ALL) NOPASSWD:ALL"$'\n'
alone "account $AUTOMATION" ensure_keys "$AUTOMATION" "$deployers"
if managed people; then
  entitled=()
  for member in "${people[@]}"; do
    went=
    if [ "$CHECK" = yes ] || account "$member"; then alone "account $member" ensure_keys "$member" "${KEYS[$member]}"; fi
    if [ -n "$went" ]; then
      entitled+=("$member")
    elif [ -n "${granted[$member]}" ]; then
      # Rights without a key that works are nobody's but an intruder's: what this run gave goes again.
      for group in ${granted[$member]//,/ }; do gpasswd -d "$member" "$group" >/dev/null 2>&1 || true; done
    else
      entitled+=("$member")
    fi
  done
  people=("${entitled[@]}")
  # By name, and not for the group sudo: others in it keep the rights they had.
  rights=
  for member in "${people[@]}"; do rights+="$member ALL=(ALL:ALL) NOPASSWD:ALL"$'\n'; done
  ensure_sudoers 00-berth "$rights"
fi

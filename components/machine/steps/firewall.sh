# shellcheck shell=bash
# What the machine itself lets in (R41): a table of ours and no other, before Docker turns addresses, so
# that no compose file opens a port by publishing it. The table is tried before it is kept, by a unit
# that puts back what was there unless a new connection comes through within a minute.

firewall_file=/etc/berth/firewall.nft
# How the kernel lists the table that was kept.
firewall_listing=/var/lib/berth/firewall.listing
firewall_trial=

# bridged_uplinks: sets uplinks to what excepts bridges that lead out of the machine; containers' do not.
bridged_uplinks() {
  local word device='' names=()
  uplinks=
  for word in $(ip -o route show default 2>/dev/null; ip -o -6 route show default 2>/dev/null); do
    if [ "$device" = next ]; then
      if [ -d "/sys/class/net/$word/bridge" ] && ! within "\"$word\"" "${names[@]}"; then names+=("\"$word\""); fi
    fi
    if [ "$word" = dev ]; then device=next; else device=; fi
  done
  if [ ${#names[@]} -gt 0 ]; then
    printf -v uplinks '%s, ' "${names[@]}"
    uplinks="iifname != { ${uplinks%, } } "
  fi
}

# find_peer: sets peer to where this session comes from. sudo does not hand it on, so its parents are asked.
find_peer() {
  local process=$$ entry key value
  peer=${SSH_CONNECTION:-}
  while [ -z "$peer" ] && [ "$process" -gt 1 ]; do
    while IFS= read -r -d '' entry; do
      case $entry in SSH_CONNECTION=*) peer=${entry#*=} ;; esac
    done <"/proc/$process/environ"
    value=1
    while read -r key value; do if [ "$key" = PPid: ]; then break; fi; done <"/proc/$process/status"
    process=$value
  done
  peer=${peer%% *}
  case $peer in *[!0-9a-f.:]*) peer= ;; esac
}

# in_force: is the table as it was when it was kept?
in_force() {
  local now
  now=$(nft -s list table inet berth 2>/dev/null) || return 1
  [ -f $firewall_listing ] && read_file $firewall_listing && [ "$content" = "$now"$'\n' ]
}

# note_listing: remembers how the kernel lists what is in force.
note_listing() {
  install -d -m 700 /var/lib/berth
  put $firewall_listing root:root 600 "$(nft -s list table inet berth)"$'\n'
}

# try_firewall: begins the trial of $rules.
try_firewall() {
  local said
  put $desk/firewall.nft root:root 644 "$rules"
  put $desk/firewall-trial.sh root:root 700 "$FIREWALL_TRIAL_SH"
  if ! said=$(nft -c -f $desk/firewall.nft 2>&1); then
    failed firewall "is left as it was, the kernel refuses it: ${said//$'\n'/; }"
    return 0
  fi
  find_peer
  if [ -z "$peer" ]; then
    failed firewall "is left as it was: this is no SSH session, so none could confirm it"
    return 0
  fi
  systemctl stop berth-firewall-trial.service 2>/dev/null 9>&- || true
  systemctl reset-failed berth-firewall-trial.service 2>/dev/null 9>&- || true
  if tried firewall systemd-run --quiet --unit=berth-firewall-trial bash $desk/firewall-trial.sh $desk/firewall.nft "$peer"; then firewall_trial=yes; fi
}

if managed firewall; then
  if ! command -v nft >/dev/null; then
    if differs packages "missing: nftables"; then
      apt_said=
      add_to /var/lib/berth/packages nftables
      finish_dpkg
      if ! add_packages nftables && ! { apt update && add_packages nftables; }; then failed packages "could not be installed: nftables: $apt_said"; fi
    fi
  fi
  before=$changed
  ensure_file /etc/systemd/system/berth-firewall.service root:root 644 "$FIREWALL_SERVICE"
  ensure_directory /etc/systemd/system/nftables.service.d root:root 755
  if [ -d /etc/systemd/system/nftables.service.d ]; then
    ensure_file /etc/systemd/system/nftables.service.d/berth.conf root:root 644 "$FIREWALL_NFTABLES_CONF"
  fi
  if [ "$CHECK" != yes ] && [ "$changed" -gt "$before" ]; then
    tried firewall systemctl daemon-reload || true
  fi
  if ! systemctl is-enabled --quiet berth-firewall.service 2>/dev/null 9>&-; then
    if differs berth-firewall.service "is not started at boot"; then tried firewall systemctl --quiet enable berth-firewall.service || true; fi
  fi
  if command -v nft >/dev/null; then
    bridged_uplinks
    rules=${FIREWALL_NFT//@RULES@/$FIREWALL_RULES}
    rules=${rules//@UPLINKS@/$uplinks}
    kept=
    if [ -f $firewall_file ] && read_file $firewall_file; then kept=$content; fi
    if [ "$kept" != "$rules" ]; then
      detail=missing
      if [ -n "$kept" ]; then detail="lets in something else"; fi
      if differs firewall "$detail"; then try_firewall; fi
    elif ! in_force; then
      # Confirmed when it was kept.
      if differs firewall "is not in force"; then
        if tried firewall nft -f $firewall_file; then note_listing; fi
      fi
    fi
  fi
elif [ -e $firewall_file ]; then
  note firewall "is not managed any more and as it was; to take it out: systemctl disable --now berth-firewall; rm $firewall_file; nft delete table inet berth"
fi

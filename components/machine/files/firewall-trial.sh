# firewall-trial.sh RULES PEER: puts rules in force, and keeps them once a new connection from PEER has
# reached port 22 through them; without one in a minute all is as it was. Run by systemd, so that it
# outlives a session that the rules cut off.
rules=$1 peer=$2 kept=/etc/berth/firewall.nft
back() {
  nft delete table inet berth_trial
  if [ -f $kept ]; then nft -f $kept; else nft delete table inet berth; fi
}
trap 'back; exit 1' TERM INT
family=ip
case $peer in *:*) family=ip6 ;; esac
trial="table inet berth_trial {
counter fresh { }
chain arrived {
type filter hook input priority filter - 1; policy accept;
$family saddr $peer tcp dport 22 ct state new counter name fresh
}
}"
if ! nft -f "$rules" || ! nft "$trial"; then
  back
  exit 1
fi
for ((second = 0; second < 60; second++)); do
  sleep 1
  case $(nft list counter inet berth_trial fresh) in
    *'packets 0 '*) ;;
    *packets*)
      nft delete table inet berth_trial
      mv -fT "$rules" $kept
      exit 0
      ;;
  esac
done
back
exit 1

# Has the machine deliver this very commit; it does the rest, and a dropped connection does not end it.
# Given: $address, $known_host, and $told: what the machine is told before. Of Jenkins: $GIT_COMMIT.

[[ ${GIT_COMMIT:-} =~ ^[0-9a-f]{40}$ ]] || fail "Jenkins named no commit to deliver"
known=$(mktemp)
trap 'rm -f "$known"' EXIT
printf '%s\n' "$known_host" >"$known"
key_type=${known_host#* }
key_type=${key_type%% *}

ask() {
  local status=0
  ssh -F /dev/null -T -o BatchMode=yes -o UserKnownHostsFile="$known" -o GlobalKnownHostsFile=/dev/null \
    -o StrictHostKeyChecking=yes -o HostKeyAlgorithms="$key_type" -o UpdateHostKeys=no -o CheckHostIP=no \
    -o VerifyHostKeyDNS=no -o PreferredAuthentications=publickey -o ForwardAgent=no -o ConnectTimeout=30 \
    -o ServerAliveInterval=15 -o ServerAliveCountMax=4 "berth-jobs@$address" "$1" </dev/null || status=$?
  case $status in
  0) ;;
  255) fail "the machine was not reached, or the connection dropped; a delivery that had begun goes on: run this job again" ;;
  *) exit "$status" ;;
  esac
}

for word in "${told[@]}"; do ask "$word $GIT_COMMIT"; done
ask "deploy $GIT_COMMIT"

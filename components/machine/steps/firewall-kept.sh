# shellcheck shell=bash
# Whether the firewall that was put on trial is kept. Last of all, so that what else there is to do does
# not wait for it.
if [ -n "$firewall_trial" ]; then
  while systemctl is-active --quiet berth-firewall-trial.service 9>&-; do sleep 0.5; done
  systemctl reset-failed berth-firewall-trial.service 2>/dev/null 9>&- || true
  content=
  if [ -f $firewall_file ]; then read_file $firewall_file || true; fi
  if [ "$content" = "$rules" ]; then
    note_listing
    tried firewall systemctl restart berth-firewall.service || true
  else
    failed firewall "was undone: no new connection from $peer reached port 22 through it within a minute; let that network in under sshFrom, or come from one that is"
  fi
fi

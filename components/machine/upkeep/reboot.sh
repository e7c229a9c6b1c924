# shellcheck shell=bash
# Has the machine boot anew, a second after this session was told so.
if ! still_free; then
  echo 'going: held'
elif : >"$going" && systemd-run --quiet --collect --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot; then
  echo 'going: yes'
else
  rm -f "$going"
  echo 'going: no'
fi

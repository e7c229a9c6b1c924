# shellcheck shell=bash
# Certificates of sites whose visitors come without Cloudflare (R71): ordered on this machine, by its proxy's
# program and lego, twice a day where one is due.

acme_units=/etc/systemd/system/berth-certificates

# certify: has them ordered where it is said whom of; where not, nobody is asked any more.
certify() {
  local image before=$changed unit
  if [ -z "$ACME" ]; then
    if [ -e $acme_units.timer ] && differs berth-certificates.timer "is not declared any more"; then
      systemctl --quiet disable --now berth-certificates.timer 2>/dev/null 9>&- || true
      for unit in $acme_units.timer $acme_units.service $proxy_home/acme; do if [ -e "$unit" ]; then set_aside "$unit"; fi; done
    fi
    return 0
  fi
  make_image "certificates' image" $proxy_home/acme-image "${acme_packages[@]}"
  if [ -z "$image" ]; then return 0; fi
  ensure_file $proxy_home/acme root:root 644 "$ACME"$'\n'
  ensure_file $acme_units.service root:root 644 "$ACME_SERVICE"
  ensure_file $acme_units.timer root:root 644 "$ACME_TIMER"
  if [ "$CHECK" != yes ] && [ "$changed" -gt "$before" ]; then
    drop_images lego
    tried certificates systemctl daemon-reload || true
  fi
  if ! systemctl is-active --quiet berth-certificates.timer 2>/dev/null 9>&- && differs berth-certificates.timer "does not run"; then
    tried certificates systemctl --quiet enable --now berth-certificates.timer || true
  fi
  # The first order does not wait for the night, nor this session for the authority.
  if [ "$CHECK" != yes ] && [ "$changed" -gt "$before" ]; then systemctl start --no-block berth-certificates.service 2>/dev/null 9>&- || true; fi
}

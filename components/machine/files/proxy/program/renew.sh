
# Certificates for sites whose visitors come without Cloudflare, by ACME: lego answers the challenge of HTTP-01
# on this machine's loopback, where the proxy leads what is asked for it.

acme=$store/acme
# Days before its end at which a certificate is ordered anew: a third of what authorities give.
due_days=30

# read_acme: sets directory and email of the authority; fails where nobody said whom to ask.
read_acme() {
  directory=''
  if [ -f $declared/acme ]; then read -r directory email <$declared/acme || true; fi
  [ -n "$directory" ] || fail "$declared/acme names no authority; declare acme of the agency"
}

# renew: orders what is due, site by site; fails where one could not be had, and says so in status until it was.
renew() {
  local each lego
  read_acme
  read_image
  read -r lego <$declared/acme-image || fail "$declared/acme-image names no image; converge this machine"
  install -d -m 700 $store $acme
  exec 8>>$acme/lock
  flock -n 8 || fail "certificates are being ordered already"
  read_sites
  for each in "${!lines[@]}"; do
    if site "${lines[$each]}" && [ "$external" = external ] && ! leads "$each" && is_due "$each"; then order "$each" || faulty=1; fi
  done
  exit "$faulty"
}

# is_due SLUG: is there none that covers the names of the site, and for long enough?
is_due() {
  local said
  [ -f "$store/certificates/$1.pem" ] || return 0
  said=$(judge_pair "$store/certificates/$1.pem" "${serve[@]}" "${redirect[@]}") || return 0
  case $said in 'refused: '*) return 0 ;; esac
  [ "$(date -d "${said##*notAfter=}" +%s)" -lt $(($(date +%s) + due_days * 86400)) ]
}

# order SLUG: the site's names are set.
order() {
  local name said words=()
  for name in "${serve[@]}" "${redirect[@]}"; do words+=(--domains "$name"); done
  if said=$(image=$lego patience=600 tool --network host -v "$acme:/acme" -v /etc/ssl/certs:/etc/ssl/certs:ro -- \
    lego --path /acme --accept-tos --server "$directory" --email "$email" --http --http.port "127.0.0.1:@ACME@" "${words[@]}" run </dev/null 2>&1 8>&-) &&
    said=$(cat "$acme/certificates/${serve[0]}.key" "$acme/certificates/${serve[0]}.crt" | "$0" certificate "$1" 2>&1 8>&-); then
    rm -f "$acme/$1.failed"
    printf '%s\n' "$1: $said"
    return 0
  fi
  # lego's last complaint, without what it did before.
  said=${said##*Could not }
  said=${said//[$'\n\t']/ }
  said=${said//[!\ -~]/?}
  printf '%s\n' "${said:0:400}" >"$acme/$1.failed"
  complain "$1: no certificate could be had: ${said:0:400}"
  return 1
}


# A site that has moved here: the machine it came from leads visitors on. That machine's address is let in at the
# web's ports, is believed what it says of where they come from, and is not asked for the edge's client certificate
# of this one site, which it has asked them for itself. It knows this machine by a certificate that is made for it here.

firewall=/etc/berth/firewall.nft
firewall_part=/etc/berth/firewall.d/admitted.nft
firewall_listing=/var/lib/berth/firewall.listing

# admitted_addresses PATTERN: those that are let in, of one family.
admitted_addresses() { cat "$moves"/*.admitted 2>/dev/null | grep "$1" | sort -u | paste -sd, || true; }

# open_door: lets in at the machine's own firewall whoever is admitted, and nobody else. The sessions that change a
# machine hold another lock than this program's, and wait for this one: never both.
open_door() {
  local desk=/run/berth four six text=''
  exec 9>&-
  if [ ! -f $firewall ]; then
    complain "this machine's firewall is not Berth's: whether $address comes in at ports 80 and 443 is for whoever runs it to see"
    return 0
  fi
  install -d -m 700 $desk
  exec 8>>$desk/lock
  flock -w 900 8 || fail "another session has been at work for 15 minutes; see: fuser -v $desk/lock"
  four=$(admitted_addresses '\.') six=$(admitted_addresses :)
  if [ -n "$four" ]; then text+="add element inet berth admitted4 { $four }"$'\n'; fi
  if [ -n "$six" ]; then text+="add element inet berth admitted6 { $six }"$'\n'; fi
  if [ -n "$text" ]; then
    install -d -m 755 "${firewall_part%/*}"
    printf %s "$text" >"${firewall_part%.nft}.new"
    chmod 644 "${firewall_part%.nft}.new"
    mv -fT "${firewall_part%.nft}.new" $firewall_part
  else rm -f $firewall_part; fi
  text=$(nft -f $firewall 2>&1) || fail "the kernel does not take the firewall: ${text//$'\n'/; }"
  # What a check compares with.
  nft -s list table inet berth >"$firewall_listing.new"
  mv -fT "$firewall_listing.new" $firewall_listing
  exec 8>&-
}

# Days that a site can be led for: the certificate is made anew by whoever admits once more.
led_days=90

# led_certificate SLUG: makes key and certificate of the name that visitors are led under, where there is none that
# holds for a month.
led_certificate() {
  local led_name kept=$moves/$1.admitted.pem
  if [ -f "$kept" ] && tool -i --network none -v "$kept:/pem:ro" -- openssl x509 -in /pem -noout -checkend 2592000 </dev/null >/dev/null 2>&1; then return 0; fi
  leads_as "$1"
  draft=$moves/.$1.made.$$
  trap 'rm -f "$draft"' EXIT
  tool -i --network none -- openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout - -days $led_days \
    -subj "/CN=$led_name" -addext "subjectAltName=DNS:$led_name" </dev/null 2>/dev/null >"$draft" || fail "no certificate could be made: the image $image does not run; nothing was changed"
  mv -fT "$draft" "$kept"
}

# admit SLUG ADDRESS: prints, in JSON, the certificate that the other machine is to know this one by. Another address of the same site comes in the place of the one before.
admit() {
  local certificate
  lock_released
  declared_site "$1"
  read_address "$2"
  if [ -f $firewall ] && ! grep -q 'set admitted4' $firewall; then fail "the firewall of this machine knows of nobody to admit; converge this machine first; nothing was changed"; fi
  read_image
  case ${image#*:} in 2.[0-4].*) fail "a site is led to a machine with haproxy 2.5 or newer, and this one has ${image#*:}; nothing was changed" ;; esac
  led_certificate "$1"
  printf '%s\n' "$address" >"$moves/$1.admitted"
  apply
  if within "$1" "${refused[@]}"; then
    rm -f "$moves/$1.admitted" "$moves/$1.admitted.pem"
    fail "$address is not admitted for $1"
  fi
  open_door
  certificate=$(sed -n '/BEGIN CERT/,/END CERT/p' "$moves/$1.admitted.pem")
  printf '{"admitted":"%s","from":"%s","certificate":"%s\\n"}\n' "$1" "$address" "${certificate//$'\n'/\\n}"
}

# unadmit SLUG: also of a site that is declared no more.
unadmit() {
  local address
  [[ $1 =~ ^[a-z][a-z0-9-]*$ ]] || fail "$1: is no site's name"
  lock_released
  address=$(cat "$moves/$1.admitted" 2>/dev/null) || address=nobody
  rm -f "$moves/$1.admitted" "$moves/$1.admitted.pem"
  apply
  open_door
  printf 'not admitted: %s from %s\n' "$1" "$address"
}

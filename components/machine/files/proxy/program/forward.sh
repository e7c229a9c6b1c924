
# A site that has moved: this machine leads what still comes here to the machine that the site is on. The way there
# is laid by prepare, which reloads; forward turns the visitors onto it without a reload, which would strand those
# that wait in a hold. The next machine shows a certificate that it made for this alone and that was brought here: no
# authority is trusted for it, and it need not have one for the site's names yet. No converge takes any of it away.

moves=$store/moves

# gather_moves DIRECTORY SLUG: puts what leads elsewhere, or is led here, into the folder of a site.
gather_moves() {
  local each
  for each in next next.pem admitted admitted.pem; do
    if [ -f "$moves/$2.$each" ]; then cp "$moves/$2.$each" "$1/$each"; fi
  done
}

# leads_as SLUG: sets led_name to the name under which a machine that is led visitors of the site shows its certificate.
leads_as() { led_name="$1.led.berth.invalid"; }

# next_backends FOLDER AT: adds the way to the next machine to backends. What waited takes it through a socket of this
# machine: its backend gives up a connection after 200 ms, and a far machine needs longer for its handshake.
next_backends() {
  local address led_name to socket="abns@berth-next-$slug"
  leads_as "$slug"
  read -r address <"$1/next" || return 1
  case $address in *:*) address="[$address]" ;; esac
  to="server next $address:443 send-proxy-v2 ssl verify required ca-file $2/sites/$slug/next.pem sni str($led_name)"
  backends+="    server next $socket send-proxy-v2 maxconn $at_once disabled"$'\n'
  backends+=$'\n'"frontend next-$slug"$'\n'"    bind $socket accept-proxy"$'\n'"    default_backend next-$slug"$'\n'
  backends+=$'\n'"backend next-$slug"$'\n'"    http-request add-header X-Berth-Led 1"$'\n'
  backends+="    use-server upgraded if { req.hdr(upgrade) -i websocket }"$'\n'
  backends+="    $to"$'\n'"    ${to/next/upgraded} weight 0"$'\n'
  # Whoever orders a certificate on the next machine is asked for its challenge without TLS.
  backends+=$'\n'"backend challenges-$slug"$'\n'"    http-request add-header X-Berth-Led 1"$'\n'
  backends+="    server next $address:80 send-proxy-v2"$'\n'
}

# read_address ADDRESS: sets address to the one spelling of it that everything here knows; fails on what is none, or this
# machine's own.
read_address() {
  address=$(getent ahosts "$1" 2>/dev/null | head -1) || address=
  address=${address%% *}
  # A name would be asked of whoever answers for it, and may lead elsewhere tomorrow.
  if [[ ! $1 =~ ^[0-9]+(\.[0-9]+){3}$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$ ]] || [ -z "$address" ]; then fail "$1: is no address of IPv4 or IPv6"; fi
  case $address in 127.* | ::1 | 0.0.0.0 | ::) fail "$1: is no other machine's address" ;; esac
  if ip -o address show 2>/dev/null | awk '{print $4}' | cut -d/ -f1 | grep -qxF -- "$address"; then fail "$1: is an address of this machine itself; give the other machine's"; fi
}

# read_trust FILE: takes the certificate on standard input that the next machine made for this, in PEM or as admit
# printed it there.
read_trust() {
  local said
  read_pem "$1"
  said=$(<"$1")
  case $said in
    '{'*)
      said=${said#*\"certificate\":\"} said=${said%%\"*}
      printf %s "${said//\\n/$'\n'}" >"$1"
      ;;
  esac
  said=$(judge_authority "$1") || fail "the certificate could not be judged: the image $image does not run; nothing was changed"
  case $said in 'refused: '*) fail "the certificate of the next machine of $slug cannot be taken: ${said#refused: }; give what berth-proxy admit prints there; nothing was changed" ;; esac
}

# leads SLUG: are visitors of the site led to the next machine?
leads() { grep -q "^$1 " $served/forwarded 2>/dev/null; }

# note_leads SLUG [WORD]: keeps in the file whether they are.
note_leads() {
  local text
  text=$({ grep -v "^$1 " $served/forwarded || true; } 2>/dev/null)
  printf '%s' "${text:+$text$'\n'}${2:+$1 $2$'\n'}" >$served/.forwarded
  mv -fT $served/.forwarded $served/forwarded
}

# awaited SLUG FILE: does the next machine take the site's visitors from this one? Sets answer where it does not.
awaited() {
  local name led_name at=$address
  case $at in *:*) at="[$at]" ;; esac
  leads_as "$1"
  for name in "${serve[@]}"; do
    answer=$(tool -i --network host -v "$2:/pem:ro" -- curl -sS --haproxy-protocol --max-time 15 --cacert /pem -o /dev/null -w '%{http_code}' \
      --connect-to "$led_name:443:$at:443" -H "Host: $name" "https://$led_name/.well-known/berth/led" </dev/null 2>&1) || true
    if [ "$answer" != 204 ]; then
      case $answer in [0-9][0-9][0-9]) answer="status $answer" ;; esac
      answer="$name: ${answer//$'\n'/ }"
      return 1
    fi
  done
}

# lay SLUG FILE: lays the way to $address, which shows the certificate in FILE.
lay() {
  local each answer
  awaited "$@" || fail "$address does not take the visitors of $1 from here ($answer); run berth-proxy admit $1 there with an address of this machine, and give what it prints; nothing was changed"
  for each in next next.pem; do
    if [ -f "$moves/$1.$each" ]; then cp "$moves/$1.$each" "$moves/.$1.$each.before"; fi
  done
  mv -fT "$2" "$moves/$1.next.pem"
  printf '%s\n' "$address" >"$moves/$1.next"
  apply
  if within "$1" "${refused[@]}"; then
    for each in next next.pem; do
      rm -f "$moves/$1.$each"
      if [ -f "$moves/.$1.$each.before" ]; then mv -fT "$moves/.$1.$each.before" "$moves/$1.$each"; fi
    done
    fail "the way of $1 to $address is left as it was"
  fi
  rm -f "$moves/.$1.next.before" "$moves/.$1.next.pem.before"
  declared_site "$1"
}

# begin_move SLUG ADDRESS: what both begin with; sets draft to the certificate that was brought.
begin_move() {
  declared_site "$1"
  read_address "$2"
  read_image
  draft=$moves/.$1.new.$$
  trap 'rm -f "$draft"' EXIT
  read_trust "$draft"
}

# prepare SLUG ADDRESS: lays the way, and leads nobody.
prepare() {
  lock_released
  begin_move "$@"
  lay "$1" "$draft"
  printf 'prepared: %s to %s\n' "$1" "$address"
}

# forward SLUG ADDRESS: leads all that is asked for under the site's names to the next machine, and what waits with
# its release.
forward() {
  lock
  declared_site "$1"
  read_address "$2"
  if ! turn "$1"; then
    if is_held; then fail "requests are held, and the way to $address was not laid before: it needs a reload, which would strand them; release them, and run berth-proxy prepare $1 $address before the hold"; fi
    begin_move "$@"
    lay "$1" "$draft"
    turn "$1" || fail "the proxy that runs does not know the way of $1 to $address; see: berth-proxy apply"
  fi
  printf 'forwarded: %s to %s\n' "$1" "$address"
}

# turn SLUG: turns visitors onto the way to $address, where it is laid by now in the proxy that runs. Has former processes
# hand on what they still get, and end what became something else and would go on with what is left of the application
# here. What a container before this one has left can be told nothing.
turn() {
  local said each
  [ -f "$moves/$1.next" ] && [ "$(<"$moves/$1.next")" = "$address" ] || return 1
  note_leads "$1" "$address"
  # shellcheck disable=SC2016
  said=$(in_front bash -c "$talk"'
    case $(front "show servers state next-$1") in *" next-$1 "*) ;; *) exit 1 ;; esac
    front "del map /berth/forwarded $1; add map /berth/forwarded $1 $2; shutdown sessions server site-$1/upgraded"
    former "add map /berth/former $1 -" "show sess" | while read -r each; do
      case $each in *" be=site-$1 srv=upgraded "*) echo "${each%%:*}" ;; esac
    done | while read -r each; do former "shutdown session $each"; done
    echo turned' _ "$1" "$address" </dev/null 2>/dev/null) || said=
  if [[ $said != *turned ]]; then
    note_leads "$1"
    return 1
  fi
  for each in $(docker ps -q --filter "name=^$container-former-" 9>&-); do docker rm -f "$each" >/dev/null 2>&1 9>&- || true; done
}

# turn_back SLUG: leads visitors to this machine's application again, and keeps the way: no reload.
turn_back() {
  [[ $1 =~ ^[a-z][a-z0-9-]*$ ]] || fail "$1: is no site's name"
  lock
  note_leads "$1"
  ask_front "del map /berth/forwarded $1" >/dev/null 2>&1 || true
}

# unforward SLUG: the same, and takes the way away; also of a site that is declared no more.
unforward() {
  turn_back "$1"
  if is_held; then
    echo "led here: $1; the way to the next machine goes with the next unforward, as requests are held now"
    return 0
  fi
  rm -f "$moves/$1.next" "$moves/$1.next.pem"
  apply
  echo "led here: $1"
}


# Requests that wait while a site's application is replaced. They are asked to connect anew five times a second,
# to nowhere until the site is released; nothing of them is sent before. What is told the proxy that runs
# stands in a file too, for one that starts in between.

# Seconds that a request waits at most: the edge gives it up after 100 (Cloudflare's limit).
longest_wait=90
# Seconds that a site can be held at most, so that one whose holder died is served again.
longest_hold=900
# Requests that waited and are with the application at once: few of them have room for more.
at_once=50
# Seconds in which one at least comes to an end where none is long.
longest_stuck=3
# Seconds that those which waited have to come to it one after the other; then the rest comes at once.
longest_return=60
# A port of root's own on which nothing of a machine listens.
nowhere=127.0.0.1:1

# lock_released: like lock, once no site is held any more: a reload would take the waiting where no release reaches
# them.
lock_released() {
  lock
  while is_held; do
    exec 9>&-
    sleep 0.5
    lock
  done
}

# is_held: is any site held at this moment?
is_held() {
  local slug until
  while read -r slug until; do
    if [ "${until:-0}" -gt "$(date +%s)" ]; then return 0; fi
  done < <(cat $served/held 2>/dev/null)
  return 1
}

# note_held SLUG [UNTIL]: keeps in the file until when a site is held; without a time no longer.
note_held() {
  local text
  text=$({ grep -v "^$1 " $served/held || true; } 2>/dev/null)
  printf '%s' "${text:+$text$'\n'}${2:+$1 $2$'\n'}" >$served/.held
  mv -fT $served/.held $served/held
}

# hold SLUG SECONDS [PATIENCE]: ends once none is in flight that came before, or after PATIENCE seconds, with how many
# are.
hold() {
  local until said
  if [[ ! $2 =~ ^[1-9][0-9]{0,2}$ ]] || [ "$2" -gt $longest_hold ]; then fail "$2: is no number of seconds from 1 to $longest_hold"; fi
  if [[ ! ${3:-0} =~ ^[0-9]{1,2}$ ]]; then fail "$3: is no number of seconds below 100"; fi
  lock
  declared_site "$1"
  until=$(($(date +%s) + $2))
  note_held "$1" "$until"
  # next is there where a way to another machine is laid.
  # shellcheck disable=SC2016
  said=$(in_front bash -c "$talk"'
    front "show servers state held-$1; $2"
    former "add map /berth/former $1 -" >/dev/null 2>&1
    until=$((SECONDS + $3))
    while left=$(flying "$1") && [ "${left:-0}" -gt 0 ] && [ "$SECONDS" -lt "$until" ]; do sleep 0.02; done
    echo "flying: $left"' _ "$1" "set server held-$1/next state maint; set maxconn server held-$1/next $at_once; set server held-$1/web addr ${nowhere%:*} port ${nowhere#*:}; set maxconn server held-$1/web $at_once; set server held-$1/web state ready; del map /berth/held $1; add map /berth/held $1 $until" "${3:-0}" </dev/null 2>/dev/null) || said=
  if [[ $said != *" held-$1 "* ]]; then
    note_held "$1"
    fail "the proxy does not serve $1; see: berth-proxy apply"
  fi
  printf '%s\n' "${said##*flying: }"
}

# release SLUG: also of one that is not held, or whose time is over while requests still wait. Ends when all that
# waited are with the application or answered. More are let in at once only where those that are with it do not end:
# some are long.
release() {
  local said left least=-1 changed=0 room=$at_once end to=web turn
  lock
  declared_site "$1"
  note_held "$1"
  if leads "$1"; then
    to=next
    turn="set server held-$1/next state ready; set server held-$1/web state maint"
  else turn="set server held-$1/web addr 127.0.0.1 port $port"; fi
  said=$(ask_front "show servers state held-$1; $turn; del map /berth/held $1" 2>/dev/null) || said=
  if [[ $said != *" held-$1 "* ]]; then fail "the proxy does not serve $1; see: berth-proxy apply"; fi
  end=$((SECONDS + longest_return))
  while left=$(held_back "$1") && [ "$left" -gt $room ] && [ $SECONDS -lt $end ]; do
    if [ $least -lt 0 ] || [ "$left" -lt $least ]; then least=$left changed=$SECONDS; fi
    if [ $((SECONDS - changed)) -ge $longest_stuck ]; then
      room=$((2 * room)) changed=$SECONDS
      ask_front "set maxconn server held-$1/$to $room" >/dev/null
    fi
    sleep 0.5
  done
  ask_front "set maxconn server held-$1/$to 8000" >/dev/null
}

# held_back SLUG: the requests that waited and are not answered yet. No queue tells: one that is about to connect anew
# is in none.
held_back() {
  local said
  said=$(ask_front "show stat" | grep "^held-$1,BACKEND,") || return 1
  cut -d, -f5 <<<"$said"
}

# in_flight SLUG: the requests that the application is at work on, here or on the next machine, without connections
# that were upgraded.
in_flight() {
  local left
  # shellcheck disable=SC2016
  left=$(in_front bash -c "$talk"'flying "$1"' _ "$1" </dev/null 2>/dev/null) || left=
  if [ -z "$left" ]; then fail "the proxy does not serve $1; see: berth-proxy apply"; fi
  printf '%s\n' "$left"
}


# The configuration of all sites, made of a folder for each: its declared line, and copies of what was
# brought for it, so that one that turns bad later does not take with it what is served.

# gather DIRECTORY: makes the folders of the sites as they are declared and brought now.
gather() {
  local each from
  rm -rf "$1"
  mkdir -p "$1/sites"
  # The one of former is always empty here: only processes that a reload has left have something in it.
  for each in held forwarded former; do if [ ! -e $served/$each ]; then : >$served/$each; fi; done
  for each in "${!lines[@]}"; do
    mkdir "$1/sites/$each"
    printf '%s\n' "${lines[$each]}" >"$1/sites/$each/line"
    from=$store/certificates/$each.pem
    if [ -f "$from" ]; then cp "$from" "$1/sites/$each/certificate.pem"; fi
    if [ -e "$store/closed/$each" ]; then : >"$1/sites/$each/closed"; fi
    from=$store/origin-pulls/$each
    if [ -f "$from.pem" ]; then
      cp "$from.pem" "$1/sites/$each/authority.pem"
      if [ -e "$from.enforced" ]; then : >"$1/sites/$each/enforced"; fi
    fi
    gather_moves "$1/sites/$each" "$each"
  done
}

# render DIRECTORY SITES AT: writes the configuration of these sites, as it is found AT in the container.
# Fails on a line that cannot be read.
render() {
  local into=$1 folder at=$3 text name
  local networks password names='' leads='' enforced='' secured='' unseen='' closed='' peers='' admitted='' told='' certificates='' backends=''
  for folder in "$2"/*/; do
    [ -f "$folder/line" ] || continue
    IFS= read -r text <"$folder/line" || true
    site "$text" || return 1
    for name in "${serve[@]}" "${redirect[@]}"; do names+="$name $slug"$'\n'; done
    text=https
    if [ "$external" = external ] && [ ! -f "$folder/certificate.pem" ]; then text=http; fi
    for name in "${redirect[@]}"; do leads+="$name $text://${serve[0]}"$'\n'; done
    if [ -e "$folder/closed" ]; then closed+="$slug -"$'\n'; fi
    if [ "$hidden" = hidden ]; then unseen+="$slug -"$'\n'; fi
    if [ -f "$folder/certificate.pem" ]; then
      text="$at/sites/$slug/certificate.pem"
      if [ -f "$folder/authority.pem" ]; then
        name=optional
        if [ -e "$folder/enforced" ]; then name=required; fi
        text+=" [ca-file $at/sites/$slug/authority.pem verify $name]"
      fi
      certificates+="$text ${serve[*]} ${redirect[*]}"$'\n'
    fi
    if [ -e "$folder/enforced" ]; then enforced+="$slug -"$'\n'; fi
    # Plain requests are led to TLS once that cannot be a loop: the edge's mode is strict by then.
    if [ -f "$folder/certificate.pem" ] && { [ "$external" = external ] || [ -e "$folder/enforced" ]; }; then secured+="$slug -"$'\n'; fi
    if [ -f "$folder/admitted" ]; then
      read -r name <"$folder/admitted" || return 1
      peers+="$name"$'\n' admitted+="$slug/$name -"$'\n'
      leads_as "$slug"
      told+="$led_name $slug"$'\n' certificates+="$at/sites/$slug/admitted.pem $led_name"$'\n'
    fi
    limits
    backends+=$'\n'"backend site-$slug"$'\n'"$limited"
    # A connection that became something else lasts as long as it likes: it is in flight under a name of its own.
    backends+="    use-server upgraded if { req.hdr(upgrade) -i websocket }"$'\n'
    backends+="    server web 127.0.0.1:$port"$'\n'"    server upgraded 127.0.0.1:$port weight 0"$'\n'
    # Nobody listens there until release says where: it is asked again and again, and 503 follows. Those that
    # waited come to the application so many at once, and not all in the moment of its release.
    if [ -f "$folder/next" ]; then limited=$(grep -v 'del-header authorization' <<<"$limited" || true)$'\n'; fi
    backends+=$'\n'"backend held-$slug"$'\n'"$limited    retries $((longest_wait * 5))"$'\n'
    backends+="    timeout connect 200ms"$'\n'"    timeout queue ${longest_wait}s"$'\n'
    backends+="    option redispatch 1"$'\n'"    server web $nowhere maxconn $at_once"$'\n'
    if [ -f "$folder/next" ]; then next_backends "$folder" "$at" || return 1; fi
  done
  printf %s "$names" >"$into/names"
  printf %s "$names$told" >"$into/told"
  printf %s "$leads" >"$into/leads"
  printf %s "$enforced" >"$into/enforced"
  printf %s "$secured" >"$into/secured"
  printf %s "$unseen" >"$into/hidden"
  printf %s "$closed" >"$into/closed"
  printf %s "$certificates" >"$into/certificates"
  printf %s "$peers" | sort -u >"$into/peers"
  printf %s "$admitted" >"$into/admitted"
  : >"$into/tokens"
  cp $declared/edge $declared/unanswered.http "$into/" && text=$(<$declared/haproxy.cfg) || return 1
  if [ ! -e /proc/net/if_inet6 ]; then text=$(grep -v '^ *bind :::' <<<"$text"); fi
  text=${text//@AT@/$at}
  printf '%s\n%s' "$text" "$backends" >"$into/haproxy.cfg"
}

# limits: sets limited to the lines that say who may visit the site; empty where anyone may. What they get is for
# them alone: the edge would keep a copy for others.
limits() {
  local known=
  limited=
  if [ ${#networks[@]} -gt 0 ]; then
    limited+="    acl near var(txn.visitor) -m ip ${networks[*]}"$'\n'
    known=near
  fi
  if [ -n "$password" ]; then
    backends="userlist visitors-$slug"$'\n'"    user visitor password $password"$'\n\n'"$backends"
    limited+="    http-request auth realm $slug unless${known:+ near or} { http_auth(visitors-$slug) }"$'\n'
    limited+="    http-request del-header authorization${known:+ unless near}"$'\n'
  elif [ -n "$known" ]; then
    limited+="    http-request return status 403 content-type text/plain string \"Not open to everyone.\\n\" unless near"$'\n'
  else return 0; fi
  limited+='    http-response set-header cache-control "private, no-store"'$'\n'
}

# judge DIRECTORY: checks the sites that changed, each by itself, and puts what was served last in the place
# of one that does not pass.
judge() {
  local each said tried=()
  for each in "$1"/sites/*/; do
    each=${each%/} each=${each##*/}
    [ "$each" != '*' ] || continue
    if [ -d $served/current/sites/"$each" ] && diff -rq "$1/sites/$each" $served/current/sites/"$each" >/dev/null; then continue; fi
    mkdir -p "$1/try/$each/sites"
    cp -r "$1/sites/$each" "$1/try/$each/sites/"
    if render "$1/try/$each" "$1/try/$each/sites" "/berth/try/$each"; then tried+=("$each"); else put_back "$1" "$each" "its line in $declared/sites cannot be read"; fi
  done
  if [ ${#tried[@]} -gt 0 ]; then
    : >"$1/held"
    : >"$1/forwarded"
    : >"$1/former"
    said=$(tool -i --network none -v "$1:/berth:ro" -- bash -c 'for each; do
      if said=$(haproxy -c -f /berth/try/$each/haproxy.cfg 2>&1); then continue; fi
      why=
      while IFS= read -r line; do
        case $line in
          *ALERT*) if [ -n "$why" ]; then break; fi; why=${line#*) : } ;;
          "["*) if [ -n "$why" ]; then break; fi ;;
          *) why+=${why:+ ${line#"${line%%[! ]*}"}} ;;
        esac
      done <<<"$said"
      echo "$each ${why:-does not pass}"
    done' _ "${tried[@]}" </dev/null 2>/dev/null) || fail "no configuration could be checked: the image $image does not run; nothing was changed"
    while read -r each text; do
      if [ -n "$each" ]; then put_back "$1" "$each" "$text"; fi
    done <<<"$said"
  fi
  rm -rf "$1/try" "$1/held" "$1/forwarded" "$1/former"
}

# put_back DIRECTORY SLUG WHY
put_back() {
  local how="is left out until that is mended"
  rm -rf "$1/sites/$2"
  if [ -d "$served/current/sites/$2" ]; then
    cp -r "$served/current/sites/$2" "$1/sites/$2"
    how="stays as it was served last"
  fi
  complain "$2 $how: $3"
  refused+=("$2")
}

# passes: is the configuration in $stage one that haproxy takes? Ends where nothing can be checked.
passes() {
  local status=0
  tool --network none -v "$stage:/berth/current:ro" -v "$served/held:/berth/held:ro" -v "$served/forwarded:/berth/forwarded:ro" -v "$served/former:/berth/former:ro" -- haproxy -c -f /berth/current/haproxy.cfg </dev/null >/dev/null 2>&1 || status=$?
  # What Docker itself says.
  if [ "$status" -ge 124 ]; then fail "no configuration could be checked: the image $image does not run; nothing was changed"; fi
  [ "$status" = 0 ]
}

# assemble: makes the configuration of all sites in $stage and sets generation to its name, which follows
# from what it holds. Only where it does not pass as a whole is each site that changed looked at by itself.
assemble() {
  refused=()
  stage=$served/.new
  gather "$stage"
  if seal && { [ "$generation" = "$current" ] || passes; }; then return 0; fi
  judge "$stage"
  seal || fail "a site that was served last cannot be read any more; nothing was changed"
  [ "$generation" = "$current" ] || passes || fail "the sites pass one by one and not together; nothing was changed"
}

# seal: writes the configuration of the folders in $stage.
seal() {
  render "$stage" "$stage/sites" /berth/current || return 1
  generation=$(cd "$stage" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum) || return 1
  generation=${generation:0:16}
  sed -i "s/@GENERATION@/$generation/" "$stage/haproxy.cfg"
}

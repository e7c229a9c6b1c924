
# Who may come to a site: the edge alone, by a client certificate of an authority of its own. It is asked
# for first, seen through public DNS for every name, and only then demanded.

# judge_authority FILE: refuses what is no authority, by its reason.
judge_authority() {
  tool -i --network none -v "$1:/pem:ro" -- bash -c '
    refuse() { echo "refused: $1"; exit 0; }
    case $(</pem) in *"PRIVATE KEY"*) refuse "it holds a private key, which does not belong here" ;; esac
    case $(openssl x509 -in /pem -noout -ext basicConstraints 2>/dev/null) in *CA:TRUE*) ;; *) refuse "it is no certificate of an authority" ;; esac
    openssl x509 -in /pem -noout -checkend 0 >/dev/null || refuse "the authority ended on $(openssl x509 -in /pem -noout -enddate)"' </dev/null
}

# asked NAME: what this machine answers under a name through public DNS, on a new connection.
asked() {
  tool -i --network host -- curl -sk --max-time 10 --max-filesize 100000 "https://$1/.well-known/berth/$token" </dev/null 2>/dev/null || true
}

# by_edge NAME FILE: has a request for that name come with a client certificate of the authority in FILE?
# Sets answer to what was answered.
by_edge() {
  local said
  said=$(asked "$1" | tr -d '\0' | head -c 20000)
  answer=${said:0:60}
  case $said in
    'edge '*)
      if { echo "-----BEGIN CERTIFICATE-----"; fold -w 64 <<<"${said#edge }"; echo "-----END CERTIFICATE-----"; } |
        tool -i --network none -v "$2:/pem:ro" -- openssl verify -CAfile /pem -purpose sslclient >/dev/null 2>&1; then
        answer=edge
        return 0
      fi
      answer="edge, with a client certificate of another authority"
      ;;
    '') answer="no answer" ;;
  esac
  return 1
}

# observe FILE SECONDS: waits until every name of the site has been asked for with a client certificate. Others
# may work meanwhile: it takes minutes where nobody shows one.
observe() {
  local seen=0
  flock -u 9
  look_for "$@" || seen=1
  flock -w 600 9 || fail "another berth-proxy has been at work for ten minutes; run this again"
  return $seen
}

# look_for FILE SECONDS
look_for() {
  local name said still until=$((SECONDS + $2)) left=("${serve[@]}" "${redirect[@]}")
  while :; do
    # A reload has forgotten it.
    ask_front "add map /berth/current/tokens $token $slug" >/dev/null
    still=()
    said=
    for name in "${left[@]}"; do
      if ! by_edge "$name" "$1"; then
        still+=("$name")
        said+="${said:+; }$name: $answer"
      fi
    done
    left=("${still[@]}")
    if [ ${#left[@]} -eq 0 ]; then return 0; fi
    if [ $SECONDS -ge $until ]; then
      unseen=$said
      return 1
    fi
    sleep 2
  done
}

# origin_pulls SLUG
origin_pulls() {
  local at=$store/origin-pulls/$1 said token unseen=
  local seconds=${BERTH_OBSERVE_SECONDS:-180}
  [[ $seconds =~ ^[0-9]{1,5}$ ]] || fail "BERTH_OBSERVE_SECONDS is no number of seconds"
  declared_site "$1"
  [ "$external" != external ] || fail "the visitors of $1 come without Cloudflare (dns: external), so nobody shows a client certificate"
  [ -f "$store/certificates/$1.pem" ] || fail "$1 has no certificate yet; bring it first: berth-proxy certificate $1"
  read_image
  draft=$store/origin-pulls/.$1.new.$$
  read_pem "$draft"
  trap 'rm -f "$draft" "$draft.put"' EXIT
  said=$(judge_authority "$draft") || fail "the authority of $1 could not be judged: the image $image does not run; nothing was changed"
  case $said in 'refused: '*) fail "the authority of $1 is left as it was: ${said#refused: }" ;; esac
  if [ -e "$at.enforced" ] && [ -f "$at.pem" ]; then
    if [[ $(<"$at.pem") == *"$(<"$draft")"* ]]; then
      : # Taken already.
    elif said=$(judge_authority "$at.pem") && [ -z "$said" ]; then
      # Either is taken until the edge shows the new one's: a site that was shut is not opened for it.
      cat "$at.pem" "$draft" >"$draft.both"
      mv -fT "$draft.both" "$at.pem"
    else
      rm -f "$at.enforced"
      cp "$draft" "$at.pem"
    fi
  else
    rm -f "$at.enforced"
    cp "$draft" "$at.pem"
  fi
  cp "$at.pem" "$draft.put"
  apply
  if within "$1" "${refused[@]}"; then fail "the authority of $1 is not in force"; fi
  declared_site "$1"
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  if ! observe "$draft" "$seconds"; then
    forget
    fail "the origin pulls of $1 stay $(state_of "$1"); not seen from the edge: $unseen"
  fi
  cmp -s "$at.pem" "$draft.put" || fail "the origin pulls of $1 stay $(state_of "$1"): another authority was brought meanwhile"
  cp "$draft" "$at.pem"
  : >"$at.enforced"
  apply
  declared_site "$1"
  if ! observe "$draft" 30; then
    forget
    fail "the origin pulls of $1 are enforced, and were not seen again: $unseen"
  fi
  forget
  echo "enforced: $1"
}

# forget: the token of this run is answered no more.
forget() { ask_front "del map /berth/current/tokens $token" >/dev/null || true; }

# state_of SLUG: absent, optional or enforced.
state_of() {
  if [ ! -f "$store/origin-pulls/$1.pem" ]; then echo absent; elif [ -e "$store/origin-pulls/$1.enforced" ]; then echo enforced; else echo optional; fi
}

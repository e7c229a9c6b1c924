
# read_pem FILE: takes standard input, which is no more than a chain of certificates and a key.
read_pem() {
  head -c 200000 >"$1"
  [ -s "$1" ] || fail "standard input was empty"
}

# judge_pair FILE NAME...: refuses what is no pair for these names, by its reason; prints fingerprint and end.
judge_pair() {
  tool -i --network none -v "$1:/pem:ro" -- bash -c '
    refuse() { echo "refused: $1"; exit 0; }
    key=$(openssl pkey -in /pem -passin pass: -pubout 2>/dev/null) || refuse "holds no private key that can be read"
    own=$(openssl x509 -in /pem -noout -pubkey 2>/dev/null) || refuse "holds no certificate that can be read"
    [ "$key" = "$own" ] || refuse "the key is not that of the first certificate"
    end=$(openssl x509 -in /pem -noout -enddate)
    openssl x509 -in /pem -noout -checkend 0 >/dev/null || refuse "the certificate ended on ${end#*=}"
    for name; do
      case $(openssl x509 -in /pem -noout -checkhost "$name") in *"does match"*) ;; *) refuse "the certificate does not cover $name" ;; esac
    done
    openssl x509 -in /pem -noout -fingerprint -sha256 -enddate' _ "${@:2}" </dev/null
}

# shown NAME: the fingerprint of the certificate that is served under a name here.
shown() {
  # shellcheck disable=SC2016
  in_front bash -c 'openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256' _ "$1" </dev/null 2>/dev/null || true
}

# certificate SLUG: installs what comes on standard input, and has seen it served when it ends with 0.
certificate() {
  local kept=$store/certificates/$1.pem said print end name round before=
  declared_site "$1"
  read_image
  draft=$store/certificates/.$1.new
  read_pem "$draft"
  trap 'rm -f "$draft"' EXIT
  said=$(judge_pair "$draft" "${serve[@]}" "${redirect[@]}") || fail "the certificate of $1 could not be judged: the image $image does not run; nothing was changed"
  case $said in 'refused: '*) fail "the certificate of $1 is left as it was: ${said#refused: }" ;; esac
  print=${said%%$'\n'*} end=${said##*notAfter=}
  if [ -f "$kept" ]; then
    before=$store/certificates/.$1.before
    cp "$kept" "$before"
  fi
  mv -fT "$draft" "$kept"
  apply
  if within "$1" "${refused[@]}"; then
    if [ -n "$before" ]; then mv -fT "$before" "$kept"; else rm -f "$kept"; fi
    fail "the certificate of $1 is left as it was"
  fi
  if [ -n "$before" ]; then rm -f "$before"; fi
  declared_site "$1"
  for name in "${serve[@]}" "${redirect[@]}"; do
    # The worker before the reload may still take a connection.
    for ((round = 0; round < 20; round++)); do
      said=$(shown "$name")
      if [ "$said" = "$print" ]; then continue 2; fi
      sleep 0.5
    done
    fail "the certificate of $1 is installed, and $name is served with another: ${said:-none}"
  done
  printf '%s\n' "sha256: ${print#*=}" "notAfter: $end"
}

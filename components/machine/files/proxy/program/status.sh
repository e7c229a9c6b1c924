
# words NAME...: as elements of a JSON list; names are of letters that need no escape.
words() {
  local word text=
  for word in "$@"; do text+=",\"$word\""; done
  printf '[%s]' "${text:1}"
}

# renewal: why the site's certificate could not be ordered last, without what would end the text.
renewal() {
  local why=''
  if [ -f "$store/acme/$slug.failed" ]; then read -r why <"$store/acme/$slug.failed" || true; fi
  why=${why//\\/ } why=${why//\"/ }
  if [ -n "$why" ]; then printf '"%s"' "$why"; else printf null; fi
}

# next_of FOLDER: the machine that the way of a site leads to, and whether its visitors take it.
next_of() {
  local address
  if [ ! -f "$1/next" ]; then
    printf null
    return 0
  fi
  read -r address <"$1/next"
  printf '{"address":"%s","leads":%s}' "$address" "$(if leads "$slug"; then echo true; else echo false; fi)"
}

# admitted_of FOLDER: the machine that leads visitors of a site here.
admitted_of() {
  local address
  if [ -f "$1/admitted" ] && read -r address <"$1/admitted"; then printf '"%s"' "$address"; else printf null; fi
}

# status: one line of JSON, of what is served and not of what is declared alone.
status() {
  local folder line text='' running image='' print end pulls
  image=$(docker inspect -f '{{.Config.Image}}' $container 2>/dev/null) || image=
  running=$(docker inspect -f '{{.State.Running}}' $container 2>/dev/null) || running=false
  for folder in "$served"/current/sites/*/; do
    if [ ! -f "$folder/line" ]; then continue; fi
    IFS= read -r line <"$folder/line"
    site "$line" || continue
    print='' end=''
    if [ -f "$folder/certificate.pem" ] && [ "$running" = true ]; then
      line=$(in_front openssl x509 -in "/berth/current/sites/$slug/certificate.pem" -noout -fingerprint -sha256 -enddate </dev/null 2>/dev/null) || line=
      print=${line%%$'\n'*} print=${print#*=} end=$(date -d "${line##*notAfter=}" +%FT%TZ 2>/dev/null) || end=''
    fi
    pulls=absent
    if [ -f "$folder/authority.pem" ]; then pulls=optional; fi
    if [ -e "$folder/enforced" ]; then pulls=enforced; fi
    text+=",{\"slug\":\"$slug\",\"serve\":$(words "${serve[@]}"),\"redirect\":$(words "${redirect[@]}"),\"httpPort\":$port"
    text+=",\"certificate\":$(if [ -n "$print" ]; then printf '{"sha256":"%s","notAfter":"%s"}' "$print" "$end"; else printf null; fi)"
    text+=",\"originPulls\":\"$pulls\",\"renewal\":$(renewal),\"next\":$(next_of "$folder"),\"admitted\":$(admitted_of "$folder")}"
  done
  printf '{"running":%s,"image":"%s","sites":[%s]}\n' "$running" "$image" "${text:1}"
}

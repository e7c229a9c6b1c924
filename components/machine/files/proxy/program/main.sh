
# What is wrong with a neighbour is told by all of them, and is a failure of apply alone.
case ${1:-help}:$# in
  apply:1)
    lock_released
    apply
    printf '%s\n' "$outcome"
    exit "$faulty"
    ;;
  pending:1)
    lock_released
    pending
    ;;
  certificate:2)
    lock_released
    certificate "$2"
    ;;
  origin-pulls:2)
    lock_released
    origin_pulls "$2"
    ;;
  hold:3) hold "$2" "$3" ;;
  hold:4) hold "$2" "$3" "$4" ;;
  release:2) release "$2" ;;
  close:2)
    lock_released
    close_site "$2"
    ;;
  open:2)
    lock_released
    open_site "$2"
    ;;
  in-flight:2) in_flight "$2" ;;
  prepare:3) prepare "$2" "$3" ;;
  forward:3) forward "$2" "$3" ;;
  turn-back:2)
    turn_back "$2"
    echo "led here: $2"
    ;;
  unforward:2) unforward "$2" ;;
  admit:3) admit "$2" "$3" ;;
  unadmit:2) unadmit "$2" ;;
  renew:1) renew ;;
  status:1) status ;;
  *)
    cat <<'HELP'
berth-proxy apply                 makes what is declared and brought effective
berth-proxy pending               says what apply would do
berth-proxy certificate SLUG      installs the key and chain on standard input
berth-proxy origin-pulls SLUG     installs the authority on standard input, and demands its certificates once the edge is seen to show one
berth-proxy hold SLUG SECONDS     has new requests of a site wait, for so long at most; says how many are in flight
berth-proxy hold SLUG SECONDS S   the same, and waits S seconds at most until none is
berth-proxy in-flight SLUG        says how many requests are in flight
berth-proxy release SLUG          leads those that wait to the site
berth-proxy close SLUG            answers visitors of a site 503 until it is opened
berth-proxy open SLUG             leads visitors to the site again
berth-proxy prepare SLUG ADDRESS  lays the way to the machine that a site moves to; what admit said there comes on standard input
berth-proxy forward SLUG ADDRESS  leads visitors of a site there; what is held goes there with its release
berth-proxy turn-back SLUG        leads them to the site here again, and keeps the way
berth-proxy unforward SLUG        the same, and takes the way away
berth-proxy admit SLUG ADDRESS    takes visitors of a site from the machine that it came from; prints a certificate for prepare there
berth-proxy unadmit SLUG          takes them from it no more
berth-proxy renew                 orders the certificates that are due, of sites without Cloudflare
berth-proxy status                one line of JSON
HELP
    case ${1:-help} in help | --help | -h) ;; *) exit 64 ;; esac
    ;;
esac

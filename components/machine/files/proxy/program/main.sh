
# What is wrong with a neighbour is told by all of them, and is a failure of apply alone.
case ${1:-help}:$# in
  apply:1)
    lock
    apply
    printf '%s\n' "$outcome"
    exit "$faulty"
    ;;
  pending:1)
    lock
    pending
    ;;
  certificate:2)
    lock
    certificate "$2"
    ;;
  origin-pulls:2)
    lock
    origin_pulls "$2"
    ;;
  status:1) status ;;
  *)
    cat <<'HELP'
berth-proxy apply                 makes what is declared and brought effective
berth-proxy pending               says what apply would do
berth-proxy certificate SLUG      installs the key and chain on standard input
berth-proxy origin-pulls SLUG     installs the authority on standard input, and demands its certificates once the edge is seen to show one
berth-proxy status                one line of JSON
HELP
    case ${1:-help} in help | --help | -h) ;; *) exit 64 ;; esac
    ;;
esac

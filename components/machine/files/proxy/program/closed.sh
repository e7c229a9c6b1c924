
# A site that nobody may visit, whatever is behind it: its machine came up empty while archives of its data are
# elsewhere. Its application can be reached on its own port of this machine alone.

# close_site SLUG: visitors are answered 503 from now on, also by a proxy that starts anew.
close_site() {
  declared_site "$1"
  install -d -m 700 $store/closed
  : >"$store/closed/$1"
  apply
  [ "$faulty" = 0 ] || fail "$1 is not closed: ${outcome:-the proxy does not run}"
}

# open_site SLUG
open_site() {
  declared_site "$1"
  rm -f "$store/closed/$1"
  apply
}

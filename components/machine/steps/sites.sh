# shellcheck shell=bash
# What this machine delivers (R57): a declaration a project, read by berth-site. What is not declared any
# more is not delivered any more; its checkout, its data and its containers stay as they are.

sites_home=/etc/berth/sites

# sites_declared: a file for each delivery, and none besides.
sites_declared() {
  local line slug file slugs=()
  ensure_directory $sites_home root:root 755
  while IFS= read -r line; do
    if [ -z "$line" ]; then continue; fi
    slug=${line#'{"slug":"'}
    slug=${slug%%'"'*}
    slugs+=("$slug")
    if [ -d $sites_home ]; then ensure_file "$sites_home/$slug.json" root:root 644 "$line"$'\n'; fi
  done <<<"$DELIVERIES"
  for file in "$sites_home"/*; do
    slug=${file##*/}
    if [ -e "$file" ] && ! within "${slug%.json}" "${slugs[@]}"; then ensure_absent "$file" "is not declared"; fi
  done
}

if managed proxy && managed deploy && { [ -n "$DELIVERIES" ] || [ -d $sites_home ]; }; then sites_declared; fi

# shellcheck shell=bash
# What this machine delivers (R57): the program that does and the one that moves it to another machine (R63), a
# declaration a project, and the account by which
# jobs may ask for it (R80). What is not declared any more is not delivered any more; its checkout, its data
# and its containers stay as they are.

sites_home=/etc/berth/sites
jobs_account=berth-jobs
jobs_home=/var/lib/berth-jobs
moves_state=/var/lib/berth/moves
move_packages=(rsync bash coreutils sed)

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

# jobs_enter: their keys let in as an account that root owns everything of, and each runs one command.
jobs_enter() {
  local uid gid home shell password expiry ages
  if ! account "$jobs_account"; then
    if differs "account $jobs_account" missing; then
      tried "account $jobs_account" useradd --system --user-group --no-create-home --home-dir "$jobs_home" --shell /bin/sh --password '*' "$jobs_account" || return 0
      read_accounts
    fi
  fi
  if account "$jobs_account"; then
    if [ "$uid" -ge 1000 ] || [ "$home" != "$jobs_home" ]; then
      failed "account $jobs_account" "exists and is not the one that jobs come in by; rename it"
      return 0
    fi
    if [ "$password" != '*' ] || [ "$shell" != /bin/sh ] || [ -n "$expiry" ]; then
      if differs "account $jobs_account" "has a password, expires or has another shell"; then
        tried "account $jobs_account" usermod --password '*' --shell /bin/sh --expiredate '' "$jobs_account" || return 0
      fi
    fi
    if [ "$(id -nG "$jobs_account" 2>/dev/null)" != "$jobs_account" ]; then
      if differs "account $jobs_account" "is in other groups than its own"; then tried "account $jobs_account" usermod --groups '' --gid "$jobs_account" "$jobs_account" || return 0; fi
    fi
  fi
  ensure_directory "$jobs_home" root:root 755
  if [ -d "$jobs_home" ]; then ensure_directory "$jobs_home/.ssh" root:root 755; fi
  if [ -d "$jobs_home/.ssh" ]; then ensure_file "$jobs_home/.ssh/authorized_keys" root:root 644 "$JOB_KEYS"; fi
  ensure_sudoers 02-berth-jobs "$JOB_RIGHTS"
}

# jobs_closed: none of their keys lets in any more, and the account may do nothing.
jobs_closed() {
  ensure_absent "$jobs_home/.ssh/authorized_keys" "no job is declared"
  ensure_absent /etc/sudoers.d/02-berth-jobs "no job is declared"
}

# moves_told: what moves here, or has moved, by the line that deliveries are refused with.
moves_told() {
  local file line role why
  for file in "$moves_state"/*/marker; do
    if [ ! -f "$file" ]; then continue; fi
    line=$(<"$file")
    role=${line#*'"role": "'} why=${line#*'"why": "'}
    file=${file%/marker}
    note "move of ${file##*/}" "${role%%'"'*}; nothing of it is started here; ${why%%'"'*}"
  done
}

# moves_ready: the image that files of a project move with.
moves_ready() {
  if docker info >/dev/null 2>&1 9>&-; then
    make_image "image of moves" /etc/berth/move-image "${move_packages[@]}"
    if [ "$CHECK" != yes ] && [ -n "$image" ]; then drop_images rsync; fi
  fi
}

if managed proxy && managed deploy && [ -n "$DELIVERIES" ]; then
  program_files site "$SITE_LAUNCHER"
  program_files move "$MOVE_LAUNCHER"
  sites_declared
  moves_ready
  moves_told
  if [ -n "$JOB_KEYS" ]; then alone "account $jobs_account" jobs_enter; else jobs_closed; fi
else
  if [ -d $sites_home ]; then sites_declared; fi
  jobs_closed
fi

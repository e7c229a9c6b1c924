# shellcheck shell=bash
# What this machine backs up (R29, R36): the program that does, a declaration a project, and a container for each,
# which waits for its time and has one run made. What is not declared any more has neither container nor key; its
# archives are elsewhere and stay.

backups_home=/etc/berth/backups
backups_program=/usr/local/lib/berth/backup
backups_state=/var/lib/berth/backups
backup_packages=(python3 lrzip age)

# backups_gone SLUG...: neither container nor key of a project that is not among these.
backups_gone() {
  local file slug
  for file in "$backups_home"/*; do
    slug=${file##*/}
    if [ ! -d "$file" ] || within "$slug" "$@"; then continue; fi
    if differs "backups of $slug" "are not declared any more"; then
      docker rm -f "berth-backup-$slug" >/dev/null 2>&1 9>&- || true
      # A key is kept nowhere that nobody uses it from.
      rm -f "$file/credential.json" "$file"/*.new
      set_aside "$file"
    fi
  done
}

# run_backup SLUG: a container as it would be made now. One whose run is at work is not exchanged.
run_backup() {
  local slug=$1 state=$backups_state/$1 container=berth-backup-$1 docker_program volumes options wanted id is what=missing
  volumes=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null 9>&-)/volumes
  docker_program=$(readlink -f "$(command -v docker)")
  options=(
    --network host --userns host --read-only --tmpfs /tmp --cap-drop ALL --cap-add DAC_READ_SEARCH
    --security-opt no-new-privileges --memory 256m --restart always --pull never
    --log-driver json-file --log-opt max-size=1m --log-opt max-file=2
    -e SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
    -v /var/run/docker.sock:/var/run/docker.sock -v "$docker_program:/usr/bin/docker:ro"
    -v "$backups_program:$backups_program:ro" -v "$backups_home/$slug:$backups_home/$slug:ro"
    -v "$volumes:$volumes:ro,rslave"
    -v "/srv/berth/$slug:/srv/berth/$slug:ro,rslave" -v "/var/lib/berth/sites/$slug:/var/lib/berth/sites/$slug:ro" -v "$state:$state"
    -v "$moves_state/$slug:$moves_state/$slug:ro"
    -v /etc/ssl/certs:/etc/ssl/certs:ro
  )
  wanted=$({ printf '%s\n' "${options[@]}"; cat "$backups_program"/*; } | sha256sum)
  wanted=${wanted:0:16}
  is=$(docker inspect -f '{{.State.Running}} {{.Image}} {{index .Config.Labels "berth.made"}}' "$container" 2>/dev/null 9>&-) || is=
  id=$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null 9>&-) || id=
  if [ "$is" = "true $id $wanted" ]; then return 0; fi
  case $is in
    'true '*)
      if [ -e "$state/lock" ] && ! flock -n "$state/lock" true; then
        note "$container" "a backup is at work; the next converge brings it up to date"
        return 0
      fi
      ;;
  esac
  if [ -n "$is" ]; then what="does not run as declared"; fi
  if differs "$container" "$what"; then
    docker rm -f "$container" >/dev/null 2>&1 9>&- || true
    install -d -m 755 /srv/berth "/srv/berth/$slug"
    install -d -m 700 /var/lib/berth/sites "/var/lib/berth/sites/$slug" $backups_state "$state" "$moves_state" "$moves_state/$slug"
    tried "$container" docker run -d --name "$container" --label "berth.made=$wanted" "${options[@]}" "$image" \
      /usr/bin/python3 -I -B $backups_program serve "$slug" || true
  fi
}

# cron_backups: names what of this machine's cron looks like a backup, by its place alone: such lines hold passwords.
cron_backups() {
  local file line
  while IFS=: read -r file line _; do
    note cron "$file, line $line, looks like a backup; Berth makes them in a container: take it out once the archives are there (R36)"
  done < <(grep -nEi '^[^#]*(pg_dump|pg_basebackup|mongodump|mysqldump|lrzip|s3 (cp|sync)|backup)' \
    /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/root 2>/dev/null </dev/null || true)
  for file in /etc/cron.{hourly,daily,weekly,monthly}/*; do
    if grep -qEi '^[^#]*(pg_dump|mongodump|mysqldump|lrzip|s3 (cp|sync))' "$file" 2>/dev/null; then
      note cron "$file looks like a backup; Berth makes them in a container: take it out once the archives are there (R36)"
    fi
  done
}

# backups_declared: a declaration and a container for each project, and none besides.
backups_declared() {
  local line slug slugs=() before=$changed
  ensure_directory $backups_home root:root 755
  while IFS= read -r line; do
    if [ -z "$line" ]; then continue; fi
    slug=${line#'{"slug":"'}
    slug=${slug%%'"'*}
    slugs+=("$slug")
    if [ -d $backups_home ]; then ensure_directory "$backups_home/$slug" root:root 755; fi
    if [ -d "$backups_home/$slug" ]; then ensure_file "$backups_home/$slug/declared.json" root:root 644 "$line"$'\n'; fi
  done <<<"$BACKUPS"
  backups_gone "${slugs[@]}"
  if [ ${#slugs[@]} = 0 ]; then return 0; fi
  make_image "backups' image" /etc/berth/backup-image "${backup_packages[@]}"
  if [ -z "$image" ]; then return 0; fi
  # What is not as declared yet is not run.
  if [ "$CHECK" = yes ] && [ "$changed" != "$before" ]; then return 0; fi
  for slug in "${slugs[@]}"; do run_backup "$slug"; done
  if [ "$CHECK" != yes ]; then drop_images python3; fi
}

if managed deploy && [ -n "$BACKUPS" ]; then
  if ! docker info >/dev/null 2>&1 9>&-; then
    if [ "$CHECK" = yes ]; then differs backups "do not run: there is no Docker yet" || true; else failed backups "need Docker, which does not answer"; fi
  else
    program_files backup "$BACKUP_LAUNCHER"
    backups_declared
    cron_backups
  fi
elif [ -d $backups_home ]; then
  backups_gone
fi

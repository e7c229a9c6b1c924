
# What runs: one container, on the machine's own network. A reload keeps every connection; so does another
# container in its place, which is handed the listening sockets by the one before it.

# container_options: the same for every site and every generation. Restarted always, and with a signal of its own to
# stop by, since Docker takes a container that got any signal by `docker kill` for one that somebody has stopped:
# without the one it stays down with the next crash, and without the other it is never watched again.
container_options=(
  --network host --userns host --read-only --cap-drop ALL
  --cap-add NET_BIND_SERVICE --cap-add SETUID --cap-add SETGID --cap-add KILL
  --security-opt no-new-privileges --restart always --stop-signal SIGTERM --pull never
  --ulimit nofile=20000:20000
  --log-driver json-file --log-opt max-size=10m --log-opt max-file=3
  -v "$served:/berth:ro" -v "$run:$run"
)
container_command=(haproxy -W -S "$run/master.sock,mode,600" -f /berth/current/haproxy.cfg)

# current: sets current to the generation that is in force, empty where there is none.
current() { current=$(readlink $served/current 2>/dev/null) || current=; }

# as_made: does a container run that was made as one would be made now?
as_made() {
  local state wanted id
  wanted=$(printf '%s\n' "${container_options[@]}" "${container_command[@]}" | sha256sum)
  made=${wanted:0:16}
  state=$(docker inspect -f '{{.State.Running}} {{.Image}} {{index .Config.Labels "berth.made"}}' "$container" 2>/dev/null 9>&-) || state=
  id=$(docker image inspect -f '{{.Id}}' "$image" 2>/dev/null 9>&-) || fail "the image $image is not there; converge this machine"
  running=no
  case $state in 'true '*) running=yes ;; esac
  [ "$state" = "true $id $made" ]
}

# launch NAME [OPTION...]: with options of haproxy besides.
launch() {
  launched=run-$(date +%s)-$$
  docker run -d --name "$1" --label "berth.made=$made" -e "BERTH_RUN=$launched" "${container_options[@]}" "$image" "${container_command[@]}" "${@:2}" >/dev/null 2>&1 9>&-
}

# effective NAME [RUN]: waits until the container of that name serves the generation, as the one launched so.
effective() {
  local round said container=$1
  for ((round = 0; round < 100; round++)); do
    said=$(ask_front 'show info' 2>/dev/null) || said=
    case $said in *"node: ${2:-}"*"description: $generation"*) return 0 ;; esac
    sleep 0.2
  done
  return 1
}

# tidy: takes away what a command that was killed has left.
tidy() {
  local each
  find $store/certificates $store/origin-pulls $store/moves -name '.*' -type f -mmin +1440 -delete
  if ! docker inspect "$container" >/dev/null 2>&1 9>&-; then docker rename $container-next $container >/dev/null 2>&1 9>&- || true; fi
  for each in $(docker ps -aq --filter "name=^$container-next$" 9>&-) $(docker ps -aq --filter "name=^$container-former-" --filter status=exited 9>&-); do
    docker rm -f "$each" >/dev/null 2>&1 9>&- || true
  done
}

# replace: another container in the place of the one that runs. It takes the listening sockets over, and the
# former one ends with its last connection.
replace() {
  local former
  former=$container-former-$(date +%s)
  if launch $container-next -x $run/admin.sock && effective $container-next "$launched"; then
    docker update --restart no $container >/dev/null 9>&-
    docker kill -s USR1 $container >/dev/null 9>&-
    docker rename $container "$former" 9>&-
    docker rename $container-next $container 9>&-
    return 0
  fi
  why=$(logged $container-next)
  docker rm -f $container-next >/dev/null 2>&1 9>&- || true
  return 1
}

# logged NAME: the last line that a container complained with.
logged() { docker logs --tail 50 "$1" 2>&1 9>&- | grep -E 'ALERT|rror' | tail -1 || true; }

# enforce: makes $generation effective, or leaves what is in force.
enforce() {
  local before=$1 how='' why=''
  if as_made; then
    docker kill -s USR2 $container >/dev/null 9>&-
    effective $container || how="did not take the new configuration"
  elif [ "$running" = yes ]; then
    replace || how="could not be replaced by one of $image"
  else
    docker rm -f $container >/dev/null 2>&1 9>&- || true
    launch $container && effective $container || how="does not start"
  fi
  if [ -z "$how" ]; then return 0; fi
  complain "the proxy $how: ${why:-$(logged $container)}"
  # What was in force stays, also for a container that starts again.
  if [ -n "$before" ]; then
    point "$before"
    if [ "$running" = yes ]; then docker kill -s USR2 $container >/dev/null 2>&1 9>&- || true; fi
  fi
  exit 1
}

# point GENERATION
point() {
  ln -sfn "$1" $served/.link
  mv -fT $served/.link $served/current
}

# inherit: a site that is called otherwise now, by its first name, keeps what was brought for it.
inherit() {
  local each line former
  for each in "${!lines[@]}"; do
    if [ -e "$store/certificates/$each.pem" ] || ! site "${lines[$each]}"; then continue; fi
    for former in "$served"/current/sites/*/line; do
      if [ ! -f "$former" ]; then continue; fi
      IFS= read -r line <"$former" || true
      former=${line%% *}
      case ",$(cut -d' ' -f5 <<<"$line")" in ",${serve[0]}" | ",${serve[0]},"*) ;; *) continue ;; esac
      if [ -n "${lines[$former]:-}" ] || [ ! -f "$store/certificates/$former.pem" ]; then continue; fi
      for line in pem enforced; do
        if [ -e "$store/origin-pulls/$former.$line" ]; then mv -fT "$store/origin-pulls/$former.$line" "$store/origin-pulls/$each.$line"; fi
      done
      # Last: it says that all of it was done.
      mv -fT "$store/certificates/$former.pem" "$store/certificates/$each.pem"
    done
  done
}

# apply: makes what is declared and brought effective. Says in outcome what it did.
apply() {
  local each before
  read_image
  read_sites
  if [ ! -d $run ]; then install -d -m 700 $run; fi
  tidy
  current
  before=$current
  inherit
  assemble
  outcome=unchanged
  if [ "$generation" != "$current" ]; then
    outcome="changed: generation $generation serves ${#lines[@]} sites"
    rm -rf "${served:?}/$generation"
    mv -T "$stage" "$served/$generation"
    chmod -R go-rwx "$served/$generation"
    point "$generation"
    enforce "$before"
  elif ! as_made; then
    outcome="changed: the container runs $image"
    enforce "$before"
  elif ! ask_front 'show info' 2>/dev/null | grep -qx "description: $generation"; then
    # Cut off between the two.
    outcome="changed: generation $generation is in force"
    enforce "$before"
  fi
  for each in "$served"/*/; do
    each=${each%/} each=${each##*/}
    if ! within "$each" "$generation" "$before" current; then rm -rf "${served:?}/$each"; fi
  done
  rm -rf $served/.new
  if [ ${#refused[@]} -gt 0 ]; then faulty=1; fi
}

# pending: says what apply would do, and does nothing.
pending() {
  read_image
  read_sites
  current
  stage=$served/.pending
  trap 'rm -rf "$stage"' EXIT
  gather "$stage"
  seal || true
  if [ "$generation" != "$current" ]; then echo "serves something else"; elif ! as_made; then
    if [ "$running" = yes ]; then echo "runs in a container that was made otherwise"; else echo "does not run"; fi
  fi
}

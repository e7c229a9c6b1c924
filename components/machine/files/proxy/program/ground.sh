#!/bin/bash
# berth-proxy: the front of this machine's sites. What they are stands in /etc/berth/proxy, written by a
# converge; their certificates in /var/lib/berth/proxy, brought by the commands below. See: berth-proxy help
shopt -so errexit errtrace nounset pipefail
export LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin
umask 077

declared=/etc/berth/proxy
store=/var/lib/berth/proxy
served=$store/served
run=/run/berth-proxy
container=berth-proxy

# complain TEXT: one line, which never holds what a certificate's file holds.
complain() { printf 'berth-proxy: %s\n' "${1//[!\ -~]/?}" >&2; }

# fail TEXT: complains and ends.
fail() {
  complain "$1"
  exit 1
}

# within WORD WORD...: is the first word among the others?
within() {
  local word
  for word in "${@:2}"; do if [ "$word" = "$1" ]; then return 0; fi; done
  return 1
}

# lock: one at a time; a command that was killed holds nothing.
lock() {
  install -d -m 700 $store $store/certificates $store/origin-pulls $store/moves $served
  exec 9>>$store/lock
  flock -w 600 9 || fail "another berth-proxy has been at work for ten minutes; see: fuser -v $store/lock"
}

# read_image: sets image to what a converge has built.
read_image() {
  image=
  if [ -f $declared/image ]; then read -r image <$declared/image || true; fi
  [ -n "$image" ] || fail "$declared/image names no image; converge this machine"
}

# tool [OPTION...] -- COMMAND...: runs a program of the image, which brings its own haproxy, openssl and curl:
# none is asked of the machine. For $patience seconds at most.
tool() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  timeout "${patience:-120}" docker run --rm --pull never --log-driver none --userns host --read-only --cap-drop ALL --security-opt no-new-privileges \
    -e BERTH_RUN=tool "${options[@]}" "$image" "$@" 9>&-
}

# in_front COMMAND...: runs a program in the container that serves.
in_front() { timeout 60 docker exec -i "$container" "$@" 9>&-; }

# ask_front COMMAND: asks the proxy at its runtime socket.
ask_front() { in_front socat -t 10 - UNIX-CONNECT:$run/admin.sock <<<"$1"; }

# talk: what a script that in_front runs asks the proxy with; several questions in one are a fraction of what starting a
# program there takes. former COMMAND... asks each process that a reload has left with connections; it ends with the last
# of them. Of its servers nothing can be changed any more, its maps can. flying SLUG: see in_flight.
# shellcheck disable=SC2016
talk='front() { socat -t 10 - UNIX-CONNECT:'"$run"'/admin.sock <<<"$1"; }
  master() { socat -t 10 - UNIX-CONNECT:'"$run"'/master.sock <<<"$1"; }
  former() {
    local each command
    for each in $(master "show proc" | while read -r id type rest; do
      case "$id $type" in "# old") old=yes ;; "# "*) old= ;; *" worker") if [ -n "${old:-}" ]; then echo "$id"; fi ;; esac
    done); do for command; do master "@!$each $command"; done; done
  }
  flying() {
    local name server now sum=
    while IFS=, read -r name server _ _ now _; do
      case $name,$server in "site-$1,web" | "next-$1,next") sum=$((sum + now)) ;; esac
    done < <({ front "show stat"; former "show stat"; } 2>/dev/null)
    echo "$sum"
  }
'

# ask_former COMMAND...: asks them.
# shellcheck disable=SC2016
ask_former() { in_front bash -c "$talk"'former "$@"' _ "$@" </dev/null 2>/dev/null || true; }

# read_sites: fills lines, the declared line of each site by its slug. A line that is none is told.
read_sites() {
  declare -gA lines=()
  local line slug
  faulty=0
  if [ ! -f $declared/sites ]; then return 0; fi
  while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    slug=${line%% *}
    if [[ $slug =~ ^[a-z][a-z0-9-]*$ ]]; then lines[$slug]=$line; else
      complain "$declared/sites: is no site: ${line:0:100}"
      faulty=1
    fi
  done <$declared/sites
}

# site LINE: sets slug, port, hidden, external, serve, redirect, networks, password of a site's line. Fails on a line that is none.
site() {
  local words port_word names
  read -ra words <<<"$1"
  [ ${#words[@]} = 8 ] || return 1
  slug=${words[0]} port_word=${words[1]} hidden=${words[2]} external=${words[3]}
  [[ $port_word =~ ^[1-9][0-9]{3,4}$ && $hidden =~ ^(hidden|public)$ && $external =~ ^(external|cloudflare)$ ]] || return 1
  port=$port_word
  names='^([a-z0-9.-]+)(,[a-z0-9.-]+)*$'
  [[ ${words[4]} =~ $names && ( ${words[5]} = - || ${words[5]} =~ $names ) ]] || return 1
  IFS=, read -ra serve <<<"${words[4]}"
  redirect=()
  if [ "${words[5]}" != - ]; then IFS=, read -ra redirect <<<"${words[5]}"; fi
  networks=() password=
  names='^[0-9a-f.:/]+(,[0-9a-f.:/]+)*$'
  [[ ${words[6]} = - || ${words[6]} =~ $names ]] || return 1
  if [ "${words[6]}" != - ]; then IFS=, read -ra networks <<<"${words[6]}"; fi
  names='^\$6\$[./0-9A-Za-z]+\$[./0-9A-Za-z]+$'
  [[ ${words[7]} = - || ${words[7]} =~ $names ]] || return 1
  if [ "${words[7]}" != - ]; then password=${words[7]}; fi
}

# declared_site SLUG: sets what site sets, of one that is declared.
declared_site() {
  read_sites
  [ -n "${lines[${1:-.}]:-}" ] || fail "${1:-} is no site of this machine; they are: ${!lines[*]}"
  site "${lines[$1]}" || fail "$declared/sites: the line of $1 cannot be read; converge this machine"
}

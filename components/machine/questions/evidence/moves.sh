# shellcheck shell=bash
# What a move of a project to another machine has here for as long as it lasts: see files/move.

moves=/var/lib/berth/moves
mover_home=/var/lib/berth-move
# Days after the last word of a move in which it counts as one: the seven of grace, and some.
mover_days=9

# of_mover UID HOME SHELL: the account by which the other machines of moves come in, and what each of its keys may is
# what a move gives it, to the letter. Says which were left behind.
of_mover() {
  local line slug newest file ports='(permitopen="127\.0\.0\.1:[0-9]+",)+' result=0
  local wanted='^from="[0-9a-f.:]+",restrict,port-forwarding,'$ports'permitlisten="127\.0\.0\.1:1" ssh-ed25519 [A-Za-z0-9+/]+=* berth-move:([a-z0-9-]+)$'
  if [ "$1" -ge 1000 ] || [ "$2" != $mover_home ]; then return 1; fi
  case $3 in */nologin) ;; *) return 1 ;; esac
  while IFS= read -r line; do
    if [[ ! $line =~ $wanted ]]; then return 1; fi
    slug=${BASH_REMATCH[2]}
    newest=0
    for file in "$moves/$slug"/{phase,journal,lease}.json; do
      if [ -f "$file" ] && [ "$(stat -c %Y "$file")" -gt "$newest" ]; then newest=$(stat -c %Y "$file"); fi
    done
    if [ ! -f "$moves/$slug/phase.json" ]; then
      result=1
    elif [ $(($(date +%s) - newest)) -gt $((mover_days * 86400)) ]; then
      found accounts "berth-move still lets in the other machine of $slug, whose move said its last word more than $mover_days days ago; take it away: berth-move end $slug"
    fi
  done < <(cat "$2/.ssh/authorized_keys" 2>/dev/null)
  return $result
}

# of_move_unit FILE: a service of a move, to the letter, and the link that starts it.
of_move_unit() {
  local name=${1##*/} slug verb again=always
  case $name in
    berth-move-*.service) slug=${name#berth-move-} verb=tunnel ;;
    berth-relay-*.service) slug=${name#berth-relay-} verb=relay ;;
    berth-watch-*.service) slug=${name#berth-watch-} verb=watch again=on-failure ;;
    berth-guard-*.service) slug=${name#berth-guard-} verb=guard again=on-failure ;;
    berth-give-*.service) slug=${name#berth-give-} verb=give ;;
    *) return 1 ;;
  esac
  slug=${slug%.service}
  if [ ! -d "$moves/$slug" ]; then return 1; fi
  case $1 in
    /etc/systemd/system/multi-user.target.wants/*) [ "$(readlink -m -- "$1")" = "/etc/systemd/system/$name" ] ;;
    /etc/systemd/system/*)
      [ -f "$1" ] && [ ! -L "$1" ] && cmp -s - "$1" < <(
        printf '[Unit]\nDescription=Move of %s: %s\nAfter=network-online.target docker.service\nStartLimitIntervalSec=0\n' "$slug" "$verb"
        printf '[Service]\nExecStart=/usr/local/sbin/berth-move %s %s\nRestart=%s\nRestartSec=1\n[Install]\nWantedBy=multi-user.target\n' "$verb" "$slug" "$again"
      )
      ;;
    *) return 1 ;;
  esac
}

# is_tree SLUG PLACE: does the move have a directory of elsewhere among those that it takes? None of the system's is one.
is_tree() {
  case $2 in / | /etc* | /root* | /boot* | /usr* | /var/lib/berth* | /proc* | /sys* | /dev* | /run* | /var/run*) return 1 ;; esac
  grep -qsF -- "\"$2\"" "$moves/$1/files.json" || grep -qsF -- "\\\"$2:/trees/" "$moves/$1/receiver.json"
}

# of_move_container ID: one that serves a project's files to the other machine, or takes them from there: it has those
# trees and its own settings, and can neither make a device nor become more than it is.
of_move_container() {
  local said image privileged pid sealed security capabilities devices mounts name slug word made=
  said=$(timeout 30 docker inspect -f '{{.Config.Image}}|{{.HostConfig.Privileged}}|{{.HostConfig.PidMode}}|{{.HostConfig.ReadonlyRootfs}}|{{join .HostConfig.SecurityOpt " "}}|{{join .HostConfig.CapAdd " "}}|{{len .HostConfig.Devices}}|{{range .Mounts}}{{.Source}}:{{.Destination}}:{{.RW}} {{end}}|{{.Name}}' "$1" 2>/dev/null) || return 1
  IFS='|' read -r image privileged pid sealed security capabilities devices mounts name <<<"$said"
  case $name in /berth-files-*) slug=${name#/berth-files-} ;; /berth-receive-*) slug=${name#/berth-receive-} ;; *) return 1 ;; esac
  if [ ! -d "$moves/$slug" ]; then return 1; fi
  if [ -f /etc/berth/move-image ]; then read -r made </etc/berth/move-image; fi
  [ -n "$made" ] && [ "$image" = "$made" ] || return 1
  [ "$privileged $pid $sealed $security $devices" = 'false  true no-new-privileges 0' ] || return 1
  for word in $capabilities; do
    case $name:${word#CAP_} in
      /berth-files-*:DAC_READ_SEARCH | /berth-files-*:SETGID) ;;
      /berth-receive-*:CHOWN | /berth-receive-*:DAC_OVERRIDE | /berth-receive-*:FOWNER | /berth-receive-*:FSETID | /berth-receive-*:SETFCAP) ;;
      *) return 1 ;;
    esac
  done
  for word in $mounts; do
    case $name:$word in
      "/berth-files-$slug:$moves/$slug/files:/move:false" | "/berth-receive-$slug:$moves/$slug/receive:/move:false") ;;
      "/berth-receive-$slug:$moves/$slug/aside:/aside:true") ;;
      /berth-files-*:/*/volumes/*/_data*:/trees/*:false | /berth-files-*:"/srv/berth/$slug/"*:/trees/*:false) ;;
      /berth-receive-*:/*/volumes/*/_data*:/trees/*:true | /berth-receive-*:"/srv/berth/$slug/"*:/trees/*:true) ;;
      /berth-files-*:/*:/trees/*:false | /berth-receive-*:/*:/trees/*:true) is_tree "$slug" "${word%%:*}" || return 1 ;;
      *) return 1 ;;
    esac
  done
}

# shellcheck shell=bash
# Containers that have the machine: as the daemon describes them, not what runs inside.

# reaches SOURCE: is a part of the machine that leads to root.
reaches() {
  case $1 in
    / | /etc | /etc/* | /root | /root/* | /home | /home/*/.ssh* | /usr | /usr/* | /boot* | /dev | /dev/[!s]* | /proc* | /sys* | /run | /run/docker* | /run/containerd* | /run/systemd* | /run/dbus*) ;;
    /var | /var/run | /var/run/docker* | /var/lib | /var/lib/docker | /var/lib/containerd* | /var/spool* | /opt | /var/lib/berth* | /bin* | /sbin* | /lib*) ;;
    *) return 1 ;;
  esac
}

# of_proxy_container ID: Berth's own front, by all that makes it: its image is the one that a converge has made,
# and it has, mounts and runs what that gives it.
of_proxy_container() {
  local said image running path arguments privileged pid network sealed security capabilities devices mounts environment word made=
  said=$(timeout 30 docker inspect -f '{{.Config.Image}}|{{.State.Running}}|{{.Path}}|{{join .Args " "}}|{{.HostConfig.Privileged}}|{{.HostConfig.PidMode}}|{{.HostConfig.NetworkMode}}|{{.HostConfig.ReadonlyRootfs}}|{{join .HostConfig.SecurityOpt " "}}|{{join .HostConfig.CapAdd " "}}|{{len .HostConfig.Devices}}|{{range .Mounts}}{{.Source}}:{{.Destination}}:{{.RW}} {{end}}|{{range .Config.Env}}{{.}} {{end}}' "$1" 2>/dev/null) || return 1
  IFS='|' read -r image running path arguments privileged pid network sealed security capabilities devices mounts environment <<<"$said"
  if [ -f /etc/berth/proxy/image ]; then read -r made </etc/berth/proxy/image; fi
  case $image in "$made") ;; berth/haproxy:*) [ "$running" = false ] || return 1 ;; *) return 1 ;; esac
  [ "$path" = haproxy ] || return 1
  # One of a former version has no master's socket, and goes with the next converge.
  arguments=${arguments/ -S \/run\/berth-proxy\/master.sock,mode,600/}
  within "$arguments" '-W -f /berth/current/haproxy.cfg' '-W -f /berth/current/haproxy.cfg -x /run/berth-proxy/admin.sock' || return 1
  [ "$privileged $pid $network $sealed $security $devices" = 'false  host true no-new-privileges 0' ] || return 1
  for word in $capabilities; do within "${word#CAP_}" NET_BIND_SERVICE SETUID SETGID KILL || return 1; done
  for word in $mounts; do within "$word" /var/lib/berth/proxy/served:/berth:false /run/berth-proxy:/run/berth-proxy:true || return 1; done
  for word in $environment; do case $word in BERTH_RUN=* | PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin) ;; *) return 1 ;; esac; done
}

# of_backup_container ID: one that makes a project's archives, by all that makes it.
of_backup_container() {
  local said image path arguments privileged pid network sealed security capabilities devices mounts name slug word made=
  said=$(timeout 30 docker inspect -f '{{.Config.Image}}|{{.Path}}|{{join .Args " "}}|{{.HostConfig.Privileged}}|{{.HostConfig.PidMode}}|{{.HostConfig.NetworkMode}}|{{.HostConfig.ReadonlyRootfs}}|{{join .HostConfig.SecurityOpt " "}}|{{join .HostConfig.CapAdd " "}}|{{len .HostConfig.Devices}}|{{range .Mounts}}{{.Source}}:{{.Destination}}:{{.RW}} {{end}}|{{.Name}}' "$1" 2>/dev/null) || return 1
  IFS='|' read -r image path arguments privileged pid network sealed security capabilities devices mounts name <<<"$said"
  slug=${name#/berth-backup-}
  if [ "$slug" = "$name" ] || [ ! -f "/etc/berth/backups/$slug/declared.json" ]; then return 1; fi
  if [ -f /etc/berth/backup-image ]; then read -r made </etc/berth/backup-image; fi
  [ -n "$made" ] && [ "$image" = "$made" ] || return 1
  [ "$path $arguments" = "/usr/bin/python3 -I -B /usr/local/lib/berth/backup serve $slug" ] || return 1
  [ "$privileged $pid $network $sealed $security $devices" = 'false  host true no-new-privileges 0' ] || return 1
  within "${capabilities#CAP_}" DAC_READ_SEARCH || return 1
  for word in $mounts; do
    case $word in
      /var/run/docker.sock:/var/run/docker.sock:true | /run/docker.sock:/var/run/docker.sock:true | /usr/bin/docker:/usr/bin/docker:false) ;;
      /usr/local/lib/berth/backup:/usr/local/lib/berth/backup:false | /etc/ssl/certs:/etc/ssl/certs:false) ;;
      /*/volumes:/*/volumes:false) [ "${word#*:}" = "${word%%:*}:false" ] || return 1 ;;
      "/var/lib/berth/moves/$slug:/var/lib/berth/moves/$slug:false") ;;
      "/etc/berth/backups/$slug:/etc/berth/backups/$slug:false" | "/srv/berth/$slug:/srv/berth/$slug:false") ;;
      "/var/lib/berth/sites/$slug:/var/lib/berth/sites/$slug:false" | "/var/lib/berth/backups/$slug:/var/lib/berth/backups/$slug:true") ;;
      *) return 1 ;;
    esac
  done
}

format='{{.Id}}|{{.Name}}|{{.Created}}|{{.HostConfig.Privileged}}|{{.HostConfig.PidMode}}|{{.HostConfig.NetworkMode}}|{{.HostConfig.RestartPolicy.Name}}|{{range .HostConfig.CapAdd}}{{.}} {{end}}|{{range .HostConfig.Devices}}{{.PathOnHost}} {{end}}|{{range .Mounts}}{{.Source}} {{end}}{{range .HostConfig.Binds}}{{.}} {{end}}'
if command -v docker >/dev/null; then
  if ids=$(timeout 30 docker ps -aq --no-trunc 2>/dev/null); then
    mapfile -t ids <<<"$ids"
    while IFS='|' read -r id name created privileged_one pid network restart capabilities devices mounts; do
      if [ -z "$name" ] || [ "$(date -d "$created" +%s 2>/dev/null || echo "$since")" -lt "$since" ]; then continue; fi
      if of_proxy_container "$id" || of_backup_container "$id" || of_move_container "$id"; then continue; fi
      why=()
      if [ "$privileged_one" = true ]; then why+=("privileged"); fi
      if [ "$pid" = host ]; then why+=("the machine's processes"); fi
      if [ "$network" = host ]; then why+=("the machine's network"); fi
      case $capabilities in *ALL* | *SYS_* | *DAC_* | *NET_ADMIN* | *BPF*) why+=("${capabilities% }") ;; esac
      if [ -n "${devices// /}" ]; then why+=("devices ${devices% }"); fi
      for mount in $mounts; do if reaches "${mount%%:*}"; then why+=("${mount%%:*}"); fi; done
      if [ ${#why[@]} -gt 0 ]; then
        how=$(printf '%s\n' "${why[@]}" | sort -u | paste -sd, -)
        found containers "${name#/} has ${how//,/, } (restart: ${restart:-no})"
      fi
    done < <(timeout 60 docker inspect -f "$format" "${ids[@]}" 2>/dev/null)
  else
    say blind "Docker's containers: the daemon does not answer"
  fi
fi
for program in podman lxc incus nerdctl k3s virsh; do
  if command -v "$program" >/dev/null; then say blind "what $program runs"; fi
done
told_all
echo 'end: yes'

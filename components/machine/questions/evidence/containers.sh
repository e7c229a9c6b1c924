# shellcheck shell=bash
# Containers that have the machine: as the daemon describes them, not what runs inside.

# reaches SOURCE: is a part of the machine that leads to root, or to a person.
reaches() {
  case $1 in
    /dev/shm | /dev/shm/*) return 1 ;;
    / | /etc | /etc/* | /root | /root/* | /home | /home/*/.ssh* | /usr | /usr/* | /boot* | /dev | /dev/* | /proc* | /sys* | /run | /run/docker* | /run/containerd* | /run/systemd* | /run/dbus* | /run/user* | /run/udev*) ;;
    /var | /var/run | /var/run/docker* | /var/lib | /var/lib/docker | /var/lib/docker/volumes | /var/lib/docker/overlay2* | /var/lib/docker/plugins* | /var/lib/containerd* | /var/spool* | /opt | /var/lib/berth* | /bin* | /sbin* | /lib*) ;;
    /var/lib/dpkg* | /var/lib/apt* | /var/lib/cloud* | /var/lib/systemd* | /var/run/user* | /var/run/containerd* | /var/run/systemd* | /srv | /srv/berth) ;;
    *) [[ $1 =~ ^/home/[^/]+/?$ ]] ;;
  esac
}

# reaching SOURCE: what of the machine a mount's source is, also by a link; nothing for other data.
reaching() {
  local target
  target=$(readlink -m -- "$1")
  if reaches "$1" || reaches "$target"; then printf %s "$1"; fi
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

format='{{.Id}}|{{.Name}}|{{.Created}}|{{.HostConfig.Privileged}}|{{.HostConfig.PidMode}}|{{.HostConfig.NetworkMode}}|{{.HostConfig.RestartPolicy.Name}}|{{range .HostConfig.CapAdd}}{{.}} {{end}}|{{range .HostConfig.Devices}}{{.PathOnHost}} {{end}}|{{range .Mounts}}{{.Source}} {{end}}{{range .HostConfig.Binds}}{{.}} {{end}}|{{range .HostConfig.DeviceCgroupRules}}{{.}} {{end}}|{{if .HostConfig.ReadonlyPaths}}yes{{end}}'
if command -v docker >/dev/null; then
  if ids=$(timeout 30 docker ps -aq --no-trunc 2>/dev/null); then
    mapfile -t ids <<<"$ids"
    described=()
    # A volume may be a part of the machine under another name.
    declare -A volume_of=()
    while IFS='|' read -r name options; do if [ -n "$name" ]; then volume_of[$name]=${options//[,:=]/ }; fi; done < <(timeout 30 docker volume ls -q 2>/dev/null |
      timeout 60 xargs -r docker volume inspect -f '{{.Name}}|{{if .Options}}{{index .Options "device"}} {{index .Options "o"}}{{end}}' 2>/dev/null)
    while IFS='|' read -r id name created privileged_one pid network restart capabilities devices mounts rules guarded; do
      described+=("$id")
      if [ -z "$name" ] || [ "$(date -d "$created" +%s 2>/dev/null || echo "$since")" -lt "$since" ]; then continue; fi
      if of_proxy_container "$id" || of_backup_container "$id" || of_move_container "$id"; then continue; fi
      why=()
      if [ "$privileged_one" = true ]; then why+=("privileged"); fi
      if [ "$pid" = host ]; then why+=("the machine's processes"); fi
      if [ "$network" = host ]; then why+=("the machine's network"); fi
      case $capabilities in *ALL* | *SYS_* | *DAC_* | *MAC_* | *NET_ADMIN* | *BPF* | *PERFMON* | *CHECKPOINT*) why+=("${capabilities% }") ;; esac
      if [ -n "${devices// /}" ]; then why+=("devices ${devices% }"); fi
      if [ -n "${rules// /}" ]; then why+=("devices ${rules% }"); fi
      if [ "$privileged_one" != true ] && [ -z "$guarded" ]; then why+=("the kernel's settings"); fi
      sources=()
      for mount in $mounts; do sources+=("${mount%%:*}"); done
      for source in "${sources[@]}"; do
        if [[ $source != */volumes/*/_data ]]; then continue; fi
        volume=${source%/_data}
        for word in ${volume_of[${volume##*/}]:-}; do case $word in /*) sources+=("$word") ;; esac; done
      done
      for source in "${sources[@]}"; do
        part=$(reaching "$source")
        if [ -n "$part" ]; then why+=("$part"); fi
      done
      if [ ${#why[@]} -gt 0 ]; then
        how=$(printf '%s\n' "${why[@]}" | sort -u | paste -sd, -)
        found containers "${name#/} has ${how//,/, } (restart: ${restart:-no})"
      fi
    done < <(timeout 60 docker inspect -f "$format" "${ids[@]}" 2>/dev/null)
    for id in "${ids[@]}"; do
      if [ -n "$id" ] && ! within "$id" "${described[@]}" && docker inspect "$id" >/dev/null 2>&1; then say blind "the container ${id:0:12}: Docker does not describe it"; fi
    done
    if [ "$MADE_BY_BERTH" = yes ]; then
      if [ "$(timeout 30 docker info -f '{{.Swarm.LocalNodeState}}' 2>/dev/null)" = active ]; then found containers "Docker is of a swarm, whose managers start what they want"; fi
      while IFS= read -r plugin; do found containers "Docker has the plugin $plugin"; done < <(timeout 30 docker plugin ls --format '{{.Name}}' 2>/dev/null)
    fi
  else
    say blind "Docker's containers: the daemon does not answer"
  fi
fi
for program in podman lxc incus nerdctl k3s virsh; do
  if command -v "$program" >/dev/null; then say blind "what $program runs"; fi
done
told_all
echo 'end: yes'

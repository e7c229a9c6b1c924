# shellcheck shell=bash
# What runs containers on a machine already, whoever brought it and wherever it lies. Where a Docker is
# there it is kept; where something stands that a Docker of the distribution would remove, double or
# take the sockets of, none is put beside it.

# of_this_system PROCESS: not in a container, whose processes have numbers of their own.
of_this_system() {
  [ "/proc/$1/ns/pid" -ef /proc/self/ns/pid ]
}

# look_for_docker: fills daemons with what is there of a Docker that serves the whole machine, and rivals
# with what is there in its place. For machines without the distribution's package alone.
look_for_docker() {
  daemons=()
  rivals=()
  local process program owner unit file name state
  while read -r process; do
    if of_this_system "$process" && program=$(readlink "/proc/$process/exe"); then
      owner=$(stat -c %U "/proc/$process")
      if [ "$owner" = root ]; then daemons+=("$program, which runs"); else rivals+=("the rootless Docker of $owner"); fi
    fi
  done < <(pgrep -x dockerd)
  for file in /usr/bin /usr/sbin /bin /sbin /usr/local/bin /usr/local/sbin /opt/*/bin /opt/*/sbin /snap/docker/current/bin /snap/bin; do
    if [ -x "$file/dockerd" ]; then daemons+=("$file/dockerd"); fi
    if [ "$file" = /snap/bin ] && [ -x /snap/bin/docker ]; then daemons+=(/snap/bin/docker); fi
  done
  while read -r unit _; do
    case $unit in
      docker.service | docker.socket | docker@*.service | snap.docker.dockerd.service) daemons+=("$unit") ;;
      crio.service | k3s*.service | rke2-*.service | kubelet.service | snap.microk8s.*) rivals+=("$unit") ;;
      # Where Berth made the machine it came with Docker, and stays when Docker is removed.
      containerd.service) if [ "$MADE_BY_BERTH" != yes ]; then rivals+=("$unit"); fi ;;
    esac
  done < <(systemctl list-unit-files --no-legend --type=service,socket 2>/dev/null || true)
  while read -r name state; do
    if [ "$state" != installed ]; then continue; fi
    case $name in
      docker-ce | docker-ee | docker-engine | moby-engine) daemons+=("the package $name") ;;
      podman-docker | containerd.io | kubelet) rivals+=("the package $name") ;;
    esac
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'docker*' 'moby*' podman-docker containerd.io kubelet 2>/dev/null || true)
  for file in /run/docker.sock /run/user/*/docker.sock; do
    if [ ! -S "$file" ]; then continue; fi
    owner=$(stat -L -c %U "$file")
    case $(readlink -f "$file") in
      *podman*) rivals+=("Podman, which answers at $file") ;;
      /run/docker.sock) if grep -q ' 00010000 .* /\(var/\)\?run/docker\.sock$' /proc/net/unix; then daemons+=("what answers at $file"); fi ;;
      *) rivals+=("the rootless Docker of $owner") ;;
    esac
  done
  while IFS=: read -r name _ _ _ _ file _; do
    if [ -x "$file/bin/dockerd" ] || [ -e "$file/.config/systemd/user/docker.service" ]; then rivals+=("the rootless Docker of $name"); fi
  done < <(getent passwd)
}

# in_words WORD...: sets phrase to them, each once
in_words() {
  local word
  phrase=
  for word in "$@"; do
    case ", $phrase, " in *", $word, "*) ;; *) phrase+=${phrase:+, }$word ;; esac
  done
}

# compose_is_there: a plugin in one of the places where Docker's client looks, or what its snap brings
compose_is_there() {
  local folder
  for folder in /usr/libexec /usr/lib /usr/local/libexec /usr/local/lib; do
    if [ -x "$folder/docker/cli-plugins/docker-compose" ]; then return 0; fi
  done
  if [ -x /snap/bin/docker ]; then timeout 30 /snap/bin/docker compose version >/dev/null 2>&1 </dev/null 9>&-; else return 1; fi
}

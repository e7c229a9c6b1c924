# shellcheck shell=bash
# Docker and Compose from the distribution (a Docker that is there is kept as it is), Git for dotfiles,
# unattended security updates. Nothing else is installed on the host (R37), and nothing is removed. On
# a machine that Berth did not make: Docker alone, and only with the deploy step.

# apt ARGUMENT...: waits for whoever holds apt's locks (unattended-upgrades after a boot) for up to
# ten minutes; apt-get itself waits for one of the three only.
apt() {
  local round said
  for ((round = 0; round < 200; round++)); do
    if said=$(timeout 1800 apt-get -qq -y -o APT::Get::Remove=false -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confold "$@" </dev/null 2>&1 9>&-); then return 0; fi
    case $said in
      *'ould not get lock'* | *'nable to acquire'* | *'nable to lock'*) sleep 3 ;;
      *) break ;;
    esac
  done
  apt_said=${said//$'\n'/; }
  if [ ${#apt_said} -gt 400 ]; then apt_said="... ${apt_said: -400}"; fi
  return 1
}

# finish_dpkg: a machine that went down while it installed has packages half configured, or half
# unpacked: those must be unpacked anew, which neither dpkg nor apt-get does unasked.
finish_dpkg() {
  local round said flag package torn=()
  for ((round = 0; round < 200; round++)); do
    if said=$(timeout 900 dpkg --force-confold --configure -a </dev/null 2>&1 9>&-); then break; fi
    case $said in
      *'frontend lock'* | *'status database is locked'* | *'is locked by'*) sleep 3 ;;
      *) break ;; # Named by apt, with what depends on it.
    esac
  done
  while read -r flag package; do
    if [ "$flag" = reinstreq ]; then torn+=("$package"); fi
  done < <(dpkg-query -W -f '${db:Status-Eflag} ${Package}\n')
  if [ ${#torn[@]} -gt 0 ] && ! apt install --reinstall --no-install-recommends "${torn[@]}"; then
    if apt update; then apt install --reinstall --no-install-recommends "${torn[@]}" || true; fi
  fi
}

# would_harm PACKAGE...: what apt would remove to install them; where Berth did not make the machine also
# what it would exchange under running containers. Sets harmed, empty where it cannot tell either.
would_harm() {
  local what package rest
  harmed=
  while read -r what package rest; do
    case $what in
      Remv) harmed+=", remove $package" ;;
      Inst)
        if [ "$MADE_BY_BERTH" != yes ] && [[ $rest == \[* ]] && within "$package" docker.io containerd runc; then harmed+=", exchange $package"; fi
        ;;
    esac
  done < <(apt-get -s -qq -o Debug::NoLocking=1 install --no-install-recommends "$@" 2>/dev/null </dev/null 9>&- || true)
  harmed=${harmed:2}
}

# add_packages PACKAGE...: where nothing is lost by it
add_packages() {
  would_harm "$@"
  if [ -n "$harmed" ]; then
    apt_said="apt would $harmed for it; nothing was touched"
    return 1
  fi
  apt install --no-install-recommends "$@"
}

docker=
wanted=()
if [ "$MADE_BY_BERTH" = yes ]; then wanted=(git sudo unattended-upgrades); fi
if managed deploy; then
  # What delivers repositories runs on these, whoever brought them.
  if ! command -v python3 >/dev/null; then wanted+=(python3); fi
  if [ "$MADE_BY_BERTH" != yes ] && ! command -v git >/dev/null; then wanted+=(git); fi
  read -ra distribution_docker <<<"docker.io ${COMPOSE_PACKAGES["$distribution"]:-}"
  declare -A status=()
  while read -r package state; do status[$package]=$state; done < <(
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" "${distribution_docker[@]}" 2>/dev/null || true
  )
  # Half-installed counts as the distribution's: an installation that was cut off is completed.
  docker=ours
  if within "${status[docker.io]:-not-installed}" not-installed config-files; then
    look_for_docker
    listed /var/lib/berth/packages
    begun=("${list[@]}")
    if [ ${#daemons[@]} -gt 0 ]; then
      docker=kept
      in_words "${daemons[@]}"
      if [ "$MADE_BY_BERTH" != yes ] && [[ $phrase != *'the package docker-ce'* ]]; then note docker "is not the distribution's and kept as it is: $phrase"; fi
      if ! compose_is_there; then note docker "is installed without Compose and kept as it is; add its vendor's Compose plugin"; fi
    elif [ ${#rivals[@]} -gt 0 ] && ! within docker.io "${begun[@]}"; then
      docker=
      in_words "${rivals[@]}"
      failed docker "is not installed beside what runs containers here: $phrase; install Docker and Compose by hand where they are wanted, or take deploy out of what is managed"
    fi
  fi
  if [ "$docker" = ours ]; then
    if [ ${#distribution_docker[@]} -lt 2 ] && [ "${status[docker.io]:-}" != installed ]; then
      failed docker "$distribution is not supported; install Docker and Compose, or use one of: ${!COMPOSE_PACKAGES[*]}"
    elif [ "$MADE_BY_BERTH" = yes ] || [ "${status[docker.io]:-}" != installed ] || ! compose_is_there; then
      wanted+=("${distribution_docker[@]}")
    fi
  fi
  missing=()
  for package in "${wanted[@]}"; do
    if [ "${status[$package]:-}" != installed ]; then missing+=("$package"); fi
  done
  if [ ${#missing[@]} -gt 0 ]; then
    if differs packages "missing: ${missing[*]}"; then
      apt_said=
      # Remembered before it is begun: a cut leaves parts of it that look like somebody else's.
      for package in "${missing[@]}"; do add_to /var/lib/berth/packages "$package"; done
      finish_dpkg
      # The lists of a fresh image are old or absent.
      if ! add_packages "${missing[@]}" && { [ -n "$harmed" ] || ! { apt update && add_packages "${missing[@]}"; }; }; then
        failed packages "could not be installed: ${missing[*]}: $apt_said"
      fi
    fi
  fi
fi

# Services that must run now and after every boot.
services=()
if [ "$docker" = ours ] && command -v dockerd >/dev/null; then services+=(docker.service); fi
if [ "$MADE_BY_BERTH" = yes ]; then
  # Security updates install themselves, but for those that would end containers; these and a reboot wait for
  # a maintenance.
  ensure_file /etc/apt/apt.conf.d/52berth root:root 644 "$APT_CONF"
  if [ -d /etc/needrestart/conf.d ]; then ensure_file /etc/needrestart/conf.d/52berth.conf root:root 644 "$NEEDRESTART_CONF"; fi
  services+=(apt-daily.timer apt-daily-upgrade.timer)
fi
if [ ${#services[@]} -gt 0 ] && [ -d /run/systemd/system ]; then
  mapfile -t enabled < <(systemctl is-enabled "${services[@]}" 2>&1 || true)
  mapfile -t active < <(systemctl is-active "${services[@]}" 2>&1 || true)
  idle=()
  for index in "${!services[@]}"; do
    if [ "${enabled[index]:-}" != enabled ] || ! within "${active[index]:-}" active activating reloading; then
      if differs "${services[index]}" "${enabled[index]:-unknown} and ${active[index]:-unknown}, wanted enabled and active"; then
        idle+=("${services[index]}")
      fi
    fi
  done
  # All at once, because systemd reads all its units anew for each call; one by one where one of them
  # keeps the others from it.
  if [ ${#idle[@]} -gt 0 ] && ! systemctl enable -q --now "${idle[@]}" 2>/dev/null 9>&-; then
    for service in "${idle[@]}"; do
      systemctl enable -q --now "$service" 2>/dev/null 9>&- || failed "$service" "does not start; see: journalctl -u $service"
    done
  fi
fi

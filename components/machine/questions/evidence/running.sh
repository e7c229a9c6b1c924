# shellcheck shell=bash
# What runs: as the person, in a session of theirs, or from what no package brought.

declare -A exes=() groups_of=() login_of=() spaces=()
while read -r path target; do path=${path#/proc/} && exes[${path%%/*}]=$target; done < <(find /proc/[0-9]*/exe -maxdepth 0 -printf '%p %l\n' 2>/dev/null)
while read -r path target; do path=${path#/proc/} && spaces[${path%%/*}]=$target; done < <(find /proc/[0-9]*/ns/mnt -maxdepth 0 -printf '%p %l\n' 2>/dev/null)
while IFS=: read -r path _ _ group; do path=${path#/proc/} && groups_of[${path%%/*}]=${groups_of[${path%%/*}]:-}:$group; done < <(grep -H . /proc/[0-9]*/cgroup 2>/dev/null)
while IFS=: read -r path number; do path=${path#/proc/} && login_of[${path%%/*}]=$number; done < <(grep -H . /proc/[0-9]*/loginuid 2>/dev/null)
became_root=()
if [ -n "$MEMBER" ]; then
  while IFS=/ read -r _ _ pid _; do became_root+=("$pid"); done < <(grep -lzxF "SUDO_USER=$MEMBER" /proc/[0-9]*/environ 2>/dev/null)
fi

# This very session and what it started.
mine=()
pid=$$
while [ "${pid:-0}" -gt 1 ]; do mine+=("$pid") && read -r pid < <(ps -o ppid= -p "$pid"); done
my_group=${groups_of[$$]:-}

declare -A units=()
suspects=()
sessions_alive=' '
sessions_seen=' '
while read -r pid parent uid unit name; do
  exe=${exes[$pid]:-}
  group=${groups_of[$pid]:-}
  if [ -z "$exe" ] || within "$pid" "${mine[@]}" || within "$parent" "${mine[@]}"; then continue; fi
  case $my_group in *session-*.scope*) if [ "$group" = "$my_group" ]; then continue; fi ;; esac
  whose=
  for number in "${uids[@]}"; do
    if [ "$uid" = "$number" ] || [ "${login_of[$pid]:-}" = "$number" ]; then whose=yes; fi
    case $group in *"/user-$number.slice"*) whose=yes ;; esac
  done
  if [ -n "$whose" ]; then
    say open "process $pid of $MEMBER runs: $name ($exe)"
  elif within "$pid" "${became_root[@]}"; then
    say open "process $pid runs with rights taken from sudo as $MEMBER: $name ($exe)"
  else
    case $group in
      *docker[-/]* | *libpod* | *kubepods* | */lxc* | *cri-containerd*)
        if [ "${spaces[$pid]:-}" != "${spaces[1]:-}" ]; then continue; fi
        ;;
    esac
    case $unit in
      session-*.scope)
        sessions_seen+="$unit "
        case $name in sshd* | login | systemd-logind | su) sessions_alive+="$unit " ;; esac
        ;;
      user@*.service | init.scope) ;;
      -) found "running programs" "process $pid runs outside of every service: $name ($exe)" && continue ;;
      *)
        units[$unit]=yes
        case $unit:$name in
          cron.service:cron | atd.service:atd | ssh.service:sshd* | anacron.service:anacron) ;;
          cron.service:* | atd.service:* | ssh.service:* | anacron.service:*)
            found "running programs" "process $pid goes on in $unit: $name ($exe)" && continue
            ;;
        esac
        ;;
    esac
    suspects+=("$pid $unit $name ${exe% (deleted)}")
  fi
done < <(ps -eo pid=,ppid=,uid=,unit=,comm=)

names=()
for suspect in "${suspects[@]}"; do
  read -r _ _ _ exe <<<"$suspect"
  names+=("$exe")
done
unowned "${names[@]}"
for suspect in "${suspects[@]}"; do
  read -r pid unit name exe <<<"$suspect"
  if within "$exe" "${strays[@]}"; then found "running programs" "process $pid in $unit: no package brought $exe"; fi
done
for unit in $sessions_seen; do
  case $sessions_alive in *" $unit "*) ;; *) found "running programs" "$unit goes on though nobody is logged in there" && sessions_alive+="$unit " ;; esac
done

# Units that no file or only a passing one describes.
if [ ${#units[@]} -gt 0 ]; then
  while IFS= read -r unit; do found "units and services" "$unit runs and was made by hand"; done < <(systemctl show -p Id,Transient "${!units[@]}" 2>/dev/null |
    awk -F= '$1 == "Id" {id = $2} $0 == "Transient=yes" {print id}' | grep -v '\.scope$')
fi
for file in /var/lib/systemd/linger/*; do
  if [ -e "$file" ]; then found "units and services" "services of ${file##*/} run without a login (linger)"; fi
done

if [ -z "$container" ] || [ "$container" = none ]; then
  while read -r name _; do found "kernel and devices" "the module $name is none of the kernel's own"; done < <(grep -E '\([A-Z]*[EO][A-Z]*\)' /proc/modules)
  for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe; do
    read -r program <"$file" || true
    case $program in '|'* | /*)
      program=${program#|}
      unowned "${program%% *}"
      if [ ${#strays[@]} -gt 0 ]; then found "kernel and devices" "$file starts ${program%% *}"; fi
      ;;
    esac
  done
else
  say blind "modules and settings of the kernel: the machine is a container ($container)"
fi

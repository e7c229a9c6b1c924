# shellcheck shell=bash
# The front of this machine's sites (R71): one proxy in a container, told of every site by its declaration.
# What else listens on the web's ports stays: a machine that had a proxy of its own keeps it.

proxy_home=/etc/berth/proxy
proxy_program=/usr/local/sbin/berth-proxy

# foreign_listener: sets listener to what has one of the web's ports and is not of a container of ours.
foreign_listener() {
  local port own=' ' process parent id name line
  listener=
  for id in $(docker ps -q --no-trunc --filter label=berth.made 2>/dev/null 9>&-); do own+="$(docker inspect -f '{{.State.Pid}}' "$id" 2>/dev/null 9>&-) "; done
  for port in 80 443; do
    name=$(docker ps --filter "publish=$port/tcp" --format '{{.Names}}' 2>/dev/null 9>&-) || name=
    if [ -n "$name" ]; then
      listener="the container ${name%%$'\n'*} publishes port $port"
      return 0
    fi
    while IFS= read -r line; do
      name=${line#*users:((\"} name=${name%%\"*}
      process=${line#*pid=} process=${process%%,*}
      parent=$(ps -o ppid= -p "$process" 2>/dev/null) || parent=
      case $own in *" $process "* | *" ${parent//[!0-9]/} "*) continue ;; esac
      listener="$name (process $process) listens on port $port"
      return 0
    done < <(ss -Hltnp "sport = :$port" 2>/dev/null | grep 'pid=')
  done
}

# proxy_files: what berth-proxy reads, and itself.
proxy_files() {
  ensure_directory $proxy_home root:root 755
  if [ ! -d $proxy_home ]; then return 0; fi
  ensure_file $proxy_home/haproxy.cfg root:root 644 "$PROXY_CFG"
  ensure_file $proxy_home/unanswered.http root:root 644 "$PROXY_UNANSWERED"
  ensure_file $proxy_home/edge root:root 644 "$PROXY_EDGE"
  # It may hold hashes of passwords.
  ensure_file $proxy_home/sites root:root 600 "$SITES"
  if [ ! -d /usr/local/sbin ]; then ensure_directory /usr/local/sbin root:root 755; fi
  if [ -d /usr/local/sbin ]; then ensure_file $proxy_program root:root 755 "$PROXY_PROGRAM"; fi
}

# run_proxy: has what is declared served.
run_proxy() {
  local said
  if ! said=$($proxy_program pending 2>&1 9>&-); then
    failed proxy "${said//$'\n'/; }"
  elif [ -n "$said" ] && differs proxy "$said"; then
    if ! said=$($proxy_program apply 2>&1 9>&-); then failed proxy "${said//$'\n'/; }"; fi
    drop_images haproxy
  fi
}

if managed proxy && [ -n "$SITES" ]; then
  if ! docker info >/dev/null 2>&1 9>&-; then
    if [ "$CHECK" = yes ] && managed deploy; then differs proxy "does not run: there is no Docker yet" || true; else failed proxy "needs Docker, which is not here or does not answer; let manage name deploy, or install it"; fi
  else
    foreign_listener
    if [ -n "$listener" ]; then
      failed proxy "$listener: it is left as it is, and nothing of the proxy is put beside it; take proxy out of manage, or stop what listens there"
    else
      before=$changed
      ensure_directory $proxy_home root:root 755
      make_image "proxy image" $proxy_home/image "${proxy_packages[@]}"
      if [ -n "$image" ]; then
        proxy_files
        # A program that is not as declared is not run.
        if [ "$CHECK" != yes ] || [ "$changed" = "$before" ]; then run_proxy; fi
        certify
      fi
    fi
  fi
elif ! managed proxy && [ -e $proxy_home ]; then
  note proxy "is not managed any more and as it was; to take it out: docker rm -f berth-proxy; rm -r $proxy_home $proxy_program /var/lib/berth/proxy"
fi

# shellcheck shell=bash
# Images for the front, made on the machine of the distribution's own packages: no registry is asked, and apt's
# signatures are the proof of where they come from. A program, what asks and judges for it, and all that they
# need, as apt resolves it for a system that has nothing; unpacked, never installed.

proxy_packages=(haproxy openssl curl socat bash)
acme_packages=(lego)

# apt_lists: sets lists to what the package lists are now, without reading them.
apt_lists() {
  lists=$({ stat -c '%n %Y %s' /var/lib/apt/lists/*Packages* /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | sha256sum)
  lists=${lists%% *}
}

# resolve_image DIRECTORY PACKAGE...: sets image_tag to the image that the lists of packages would give now, by the
# version of the first package and by all that it needs. Fails where they give none.
resolve_image() {
  local names version
  : >"$1/status"
  # What apt reads of its lists it keeps as ever, for all images and for itself: they are 60 MB of text. A check leaves nothing.
  apt_empty=(-o "Dir::State::status=$1/status" -o "Dir::Cache::archives=$1/archives" -o "Dir::Cache::pkgcache=$1/pkgcache.bin" -o Debug::NoLocking=1)
  if [ "$CHECK" = yes ]; then apt_empty+=(-o Dir::Cache::srcpkgcache=); fi
  if ! names=$(apt-get -qq "${apt_empty[@]}" --print-uris --no-install-recommends install "${@:2}" 2>&1 </dev/null 9>&-); then
    apt_said=${names//$'\n'/; }
    return 1
  fi
  names=$(awk '{print $2}' <<<"$names" | sort)
  version=$'\n'$names version=${version##*$'\n'"$2"_}
  version=${version%%_*}
  version=${version#*%3a}
  names=$(sha256sum <<<"$names")
  image_tag="berth/$2:${version//[!A-Za-z0-9_.-]/-}-${names:0:8}"
}

# build_image DIRECTORY PACKAGE...: makes $image_tag. Fails with apt_said.
build_image() {
  local archive folder
  install -d -m 755 "$1/archives"
  install -d -o _apt -m 700 "$1/archives/partial"
  apt "${apt_empty[@]}" --download-only --no-install-recommends install "${@:2}" || return 1
  # Packages of an older release hold /lib, those of a newer one /usr/lib.
  for folder in lib lib64 bin sbin; do
    mkdir -p "$1/root/usr/$folder"
    ln -s "usr/$folder" "$1/root/$folder"
  done
  for archive in "$1"/archives/*.deb; do
    apt_said=$({ dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$1/root" --keep-directory-symlink --exclude='./usr/share/*'; } 2>&1) || return 1
  done
  apt_said=$(tar -c -C "$1/root" . | docker import - "$image_tag" 2>&1 9>&-)
}

# make_image WHAT FILE PACKAGE...: sets image to one that is there, which FILE names from now on; empty where there
# is none.
make_image() {
  local what=$1 file=$2 image_tag detail=missing place built=
  shift 2
  image=
  stamp=
  if [ -f "$file" ]; then { read -r image && read -r stamp; } <"$file" || true; fi
  if [ -n "$image" ]; then detail="is of older packages: $image"; fi
  if ! docker image inspect "${image:-none}" >/dev/null 2>&1 9>&-; then image='' detail=missing; fi
  apt_lists
  if [ -n "$image" ] && [ "$stamp" = "$lists" ]; then return 0; fi
  # What a session that was cut off has left goes too.
  rm -rf /var/tmp/berth-image.*
  place=$(mktemp -d /var/tmp/berth-image.XXXXXX)
  chmod 755 "$place"
  apt_said=
  if resolve_image "$place" "$@" || { [ "$CHECK" != yes ] && apt update && resolve_image "$place" "$@"; }; then
    if docker image inspect "$image_tag" >/dev/null 2>&1 9>&-; then
      built=yes
    elif differs "$what" "$detail"; then
      # The lists of a fresh image are old: what they name is no longer there.
      if build_image "$place" "$@" || { apt update && resolve_image "$place" "$@" && build_image "$place" "$@"; }; then built=yes; else failed "$what" "could not be made: $apt_said"; fi
    fi
    if [ -n "$built" ]; then
      apt_lists
      image=$image_tag
      if [ "$CHECK" != yes ]; then put "$file" root:root 644 "$image_tag"$'\n'"$lists"$'\n'; fi
    fi
  elif [ -z "$image" ]; then
    if [ "$CHECK" = yes ]; then differs "$what" missing || true; else failed "$what" "could not be made: $apt_said"; fi
  fi
  rm -rf "$place"
}

# drop_images NAME: those of ours that are of older packages than $image, unless a container has one.
drop_images() {
  local each
  for each in $(docker images --format '{{.Repository}}:{{.Tag}}' "berth/$1" 2>/dev/null 9>&-); do
    if [ "$each" != "$image" ]; then docker image rm "$each" >/dev/null 2>&1 9>&- || true; fi
  done
}

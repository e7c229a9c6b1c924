# shellcheck shell=bash
# The dotfiles repository of each member at a pinned commit (R19). A clone that fails is reported
# and does not fail the node: nobody is locked out by a code host that is down. All members at once,
# so that a dead code host costs a minute and not one a member.
#
# A repository's install.sh may clone the repository itself, also with sudo, and run what it finds
# there. While it runs, every address of the repository leads git to a mirror on this machine, whose
# branches are all at the pinned commit. What was cloned all the same at another commit fails the run.

# as SECONDS NAME HOME COMMAND...: as the member: a repository's hooks and scripts get no more rights.
as() {
  timeout "$1" runuser -u "$2" -- env -i HOME="$3" USER="$2" PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 \
    GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -oBatchMode=yes' "${@:4}" </dev/null 9>&-
}

# addresses REPOSITORY: every form in which the same repository is written, without .git, a line each.
addresses() {
  local place=${1%.git} host
  case $place in
    *://*) place=${place#*://} && place=${place#*@} ;;
    *) place=${place#*@} && place=${place/:/\/} ;;
  esac
  host=${place%%/*}
  printf '%s\n' "https://$place" "http://$place" "git://$place" "ssh://$place" "ssh://git@$place" \
    "git@${host%:*}:${place#*/}" "${host%:*}:${place#*/}"
}

# make_mirror MIRROR: run as the member, in ~/.dotfiles at the pinned commit.
make_mirror() {
  local branch head
  git init -q --bare "$1" && git -C "$1" fetch -q "$PWD" HEAD:refs/heads/main || return 1
  head=$(git symbolic-ref -q refs/remotes/origin/HEAD) || head=refs/remotes/origin/main
  while read -r branch; do
    [ "$branch" = HEAD ] || git -C "$1" update-ref "refs/heads/$branch" refs/heads/main || return 1
  done < <(git for-each-ref '--format=%(refname:lstrip=3)' refs/remotes/origin)
  git -C "$1" symbolic-ref HEAD "refs/heads/${head#refs/remotes/origin/}" && ln -s mirror "$1.git"
}

# run_install NAME HOME: the repository's install.sh, with git led to the mirror wherever it is asked,
# under sudo too: that is what the system's own settings are for, here in a mount of this run alone.
run_install() {
  local mirror=$scratch/$1.d/mirror settings=$scratch/$1.gitconfig address
  install -d -o "$1" -m 700 "$scratch/$1.d"
  as 60 "$1" "$2" bash -c "cd ~/.dotfiles && $(declare -f make_mirror) && make_mirror \"\$1\"" - "$mirror" || return 1
  {
    cat /etc/gitconfig
    printf '\n[safe]\n\tdirectory = %s\n\tdirectory = %s.git\n' "$mirror" "$mirror"
    printf '[url "file://%s"]\n' "$mirror"
    while read -r address; do printf '\tinsteadOf = %s\n' "$address"; done < <(addresses "$DOTFILES_REPOSITORY")
  } >"$settings"
  chmod 644 "$settings"
  # shellcheck disable=SC2016 # the inner shell expands it
  unshare --mount --propagation private bash -c 'mount --bind "$1" /etc/gitconfig && shift && "$@"' - "$settings" \
    timeout 300 runuser -u "$1" -- env -i HOME="$2" USER="$1" PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 \
    GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -oBatchMode=yes' \
    sh -c 'cd "$HOME/.dotfiles" && ./install.sh >/dev/null' </dev/null 9>&-
}

# asked REPOSITORY COMMAND...: git there as its owner: what its settings name gets no more rights.
asked() {
  timeout 60 runuser -u "$(stat -c %U -- "$1")" -- env -i PATH=/usr/bin:/bin git -C "$1" "${@:2}" </dev/null 2>/dev/null 9>&-
}

# strays HOME: prints clones that came with this run and are not at the pin: of one of the addresses, or
# with the pinned commit in their history.
strays() {
  local head clone url
  while IFS= read -r -d '' head; do
    clone=${head%/.git/HEAD}
    url=$(asked "$clone" config remote.origin.url) || url=
    url=${url%/}
    if within "${url%.git}" "${known_addresses[@]}" || asked "$clone" cat-file -e "$DOTFILES_COMMIT^{commit}"; then
      if [ "$(asked "$clone" rev-parse HEAD)" != "$DOTFILES_COMMIT" ]; then printf '%s ' "$clone"; fi
    fi
  done < <(find "$1" /root /opt /srv /usr/local /tmp -xdev -maxdepth 5 -path '*/.git/HEAD' -newer "$scratch/began" -print0 2>/dev/null)
}

# fetch_dotfiles NAME HOME: prints why where it fails.
fetch_dotfiles() {
  local at=$2/.dotfiles stray
  if [ ! -d "$at/.git" ]; then
    as 60 "$1" "$2" git clone -q --no-checkout "$DOTFILES_REPOSITORY" "$at" || return 1
  fi
  as 60 "$1" "$2" git -C "$at" remote set-url origin "$DOTFILES_REPOSITORY" || return 1
  if ! as 60 "$1" "$2" git -C "$at" cat-file -e "$DOTFILES_COMMIT^{commit}" 2>/dev/null; then
    as 60 "$1" "$2" git -C "$at" fetch -q origin || return 1
  fi
  as 60 "$1" "$2" git -C "$at" checkout -q --detach "$DOTFILES_COMMIT" || return 1
  if [ -x "$at/install.sh" ]; then
    run_install "$1" "$2" || return 1
  fi
  stray=$(strays "$2")
  if [ -n "$stray" ]; then
    : >"$scratch/$1.stray"
    printf 'install.sh brought another commit than the declared one: %s\n' "$stray"
    return 1
  fi
  # shellcheck disable=SC2016 # the member's shell expands it
  as 60 "$1" "$2" sh -c 'echo "$1" >"$HOME/.dotfiles/.git/berth-installed"' - "$DOTFILES_COMMIT"
}

if [ -n "$DOTFILES_REPOSITORY" ] && managed people; then
  # Not on the desk: members pass through it to their own part.
  scratch=/run/berth-dotfiles
  behind=()
  fetching=()
  mapfile -t known_addresses < <(addresses "$DOTFILES_REPOSITORY")
  for member in "${people[@]}"; do
    if account "$member"; then
      content=
      if [ -f "$home/.dotfiles/.git/berth-installed" ]; then read_file "$home/.dotfiles/.git/berth-installed" || true; fi
      if [ "$content" != "$DOTFILES_COMMIT"$'\n' ]; then
        if [ "$CHECK" = yes ]; then
          differs "dotfiles of $member" "not at $DOTFILES_COMMIT" || true
        else
          if { [ -e "$home/.dotfiles" ] || [ -L "$home/.dotfiles" ]; } && [ ! -d "$home/.dotfiles/.git" ]; then
            alone "dotfiles of $member" set_aside "$home/.dotfiles"
            if [ -z "$went" ]; then continue; fi
          fi
          if [ ${#behind[@]} -eq 0 ]; then
            rm -rf "$scratch"
            install -d -m 711 "$scratch"
            : >"$scratch/began"
            if [ ! -e /etc/gitconfig ]; then
              : >/etc/gitconfig
              : >"$scratch/made"
            fi
          fi
          behind+=("$member")
          { fetch_dotfiles "$member" "$home" && : >"$scratch/$member.done"; } >"$scratch/$member" 2>&1 9>&- &
          fetching+=($!)
        fi
      fi
    fi
  done
  # By their numbers: a bare wait would wait for what passes on this script's own words as well.
  if [ ${#fetching[@]} -gt 0 ]; then wait "${fetching[@]}" || true; fi
  for member in "${behind[@]}"; do
    if [ -e "$scratch/$member.done" ]; then
      differs "dotfiles of $member" "installed at $DOTFILES_COMMIT"
    else
      read_file "$scratch/$member" || true
      read -ra words <<<"${content//$'\n'/ }"
      said=${words[*]}
      if [ -e "$scratch/$member.stray" ]; then failed "dotfiles of $member" "$said"; else
        note "dotfiles of $member" "could not be installed: ${said:-no answer in time}"
      fi
    fi
  done
  if [ ${#behind[@]} -gt 0 ]; then
    if [ -e "$scratch/made" ] && [ ! -s /etc/gitconfig ]; then rm -f /etc/gitconfig; fi
    rm -rf "$scratch"
    # What install.sh did to keys and rights is put right in this run, not found by the next.
    files=()
    read_accounts
    for name in "$AUTOMATION" "${people[@]}"; do
      if account "$name"; then look "$home" "$home/.ssh" "$home/.ssh/authorized_keys"; fi
    done
    for member in "${people[@]}"; do alone "account $member" ensure_keys "$member" "${KEYS[$member]}"; done
    refuse_rights
  fi
fi

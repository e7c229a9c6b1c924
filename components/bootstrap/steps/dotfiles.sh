# shellcheck shell=bash
# The dotfiles repository of each member at a pinned commit (R19). A clone that fails is reported
# and does not fail the node: nobody is locked out by a code host that is down. All members at once,
# so that a dead code host costs a minute and not one a member.

# as NAME HOME COMMAND...: as the member: a repository's hooks and scripts get no more rights.
as() {
  timeout 60 runuser -u "$1" -- env -i HOME="$2" USER="$1" PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 \
    GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -oBatchMode=yes' "${@:3}" </dev/null 9>&-
}

# fetch_dotfiles NAME HOME: prints why where it fails.
fetch_dotfiles() {
  local at=$2/.dotfiles
  if [ ! -d "$at/.git" ]; then
    as "$1" "$2" git clone -q --no-checkout "$DOTFILES_REPOSITORY" "$at" || return 1
  fi
  as "$1" "$2" git -C "$at" remote set-url origin "$DOTFILES_REPOSITORY" || return 1
  if ! as "$1" "$2" git -C "$at" cat-file -e "$DOTFILES_COMMIT^{commit}" 2>/dev/null; then
    as "$1" "$2" git -C "$at" fetch -q origin || return 1
  fi
  as "$1" "$2" git -C "$at" checkout -q --detach "$DOTFILES_COMMIT" || return 1
  if [ -x "$at/install.sh" ]; then
    as "$1" "$2" sh -c 'cd "$HOME/.dotfiles" && ./install.sh >/dev/null' || return 1
  fi
  as "$1" "$2" sh -c 'echo "$1" >"$HOME/.dotfiles/.git/berth-installed"' - "$DOTFILES_COMMIT"
}

if [ -n "$DOTFILES_REPOSITORY" ] && managed people; then
  scratch=$desk/dotfiles
  behind=()
  fetching=()
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
          behind+=("$member")
          install -d -m 700 "$scratch"
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
      note "dotfiles of $member" "could not be installed: ${said:-no answer within a minute}"
    fi
  done
  rm -rf "$scratch"
fi

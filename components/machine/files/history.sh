# Written by Berth. Members' interactive shells, and root's that they open, keep their commands with
# the time as they are typed.
if [ -n "${BASH_VERSION:-}" ] && [ -n "${PS1:-}" ]; then
  berth_history=
  if [ -w "/var/log/berth/history/$(id -un)" ]; then
    berth_history=/var/log/berth/history/$(id -un)/
  elif [ "$(id -u)" = 0 ] && [ -d "/var/log/berth/history/${SUDO_USER:-.}" ] && [ -n "${SUDO_USER:-}" ]; then
    berth_history=/var/log/berth/history/$SUDO_USER/root-
  fi
  if [ -n "$berth_history" ]; then
    # At every prompt: ~/.bashrc is read later than this and sets limits of its own.
    berth_keep_history() {
      printf -v HISTFILE '%s%(%Y-%m)T' "$berth_history" -1
      HISTSIZE=100000 HISTFILESIZE=-1 HISTCONTROL='' HISTIGNORE='' HISTTIMEFORMAT='%F %T '
      history -a
    }
    shopt -s histappend
    berth_keep_history
    PROMPT_COMMAND="berth_keep_history${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
  fi
fi

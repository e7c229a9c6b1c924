# shellcheck shell=bash
# Whether the machine has booted since it was asked to. Reads only.
if [ -e "$going" ]; then echo 'back: no'; else echo 'back: yes'; fi
web

# shellcheck shell=bash
# Whether the machine may be maintained now, and how it is before. Reads only.
hindrances
web
echo 'told: yes'

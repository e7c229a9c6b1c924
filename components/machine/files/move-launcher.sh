#!/bin/sh
# Isolated: neither the caller's environment nor the directory that it stands in brings Python anything.
exec /usr/bin/python3 -I -B /usr/local/lib/berth/move "$@"

# shellcheck shell=bash
# No agent on this machine any more: its container, its secret and what jobs left in its directory.
set -uo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin
if command -v docker >/dev/null; then
  docker rm -f "$CONTAINER" >/dev/null 2>&1
  docker volume rm -f berth-agent berth-agent-work >/dev/null 2>&1
  if docker inspect "$CONTAINER" >/dev/null 2>&1 || docker volume inspect berth-agent >/dev/null 2>&1; then
    echo 'agent: failed its container or its secret is still there'
    exit 0
  fi
fi
echo 'agent: gone'

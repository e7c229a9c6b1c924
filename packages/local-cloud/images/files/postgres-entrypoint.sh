#!/bin/bash
# Makes the database on an empty volume and runs the server as its own user. Takes what the public image
# of this name takes: POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE,
# POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, and files in /docker-entrypoint-initdb.d.
set -euo pipefail

if [ "${1:-}" = "" ] || [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ]; then exec "$@"; fi

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chmod 700 "$PGDATA"
  chmod 3777 /run/postgresql
  find "$PGDATA" /run/postgresql \! -user postgres -exec chown postgres: {} +
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$BASH" "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  password=${POSTGRES_PASSWORD:-}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then password=$(cat "$POSTGRES_PASSWORD_FILE"); fi
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo "postgres: no superuser password: set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust" >&2
    exit 1
  fi
  # Words of its own, as the public image takes them.
  read -ra arguments <<<"${POSTGRES_INITDB_ARGS:-}"
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") "${arguments[@]}"
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  # By its socket alone while it is being made: who waits for the port waits until all is there.
  PGUSER=$user PGPASSWORD=$password pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  ask() { PGPASSWORD=$password psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$user" --dbname "$@"; }
  if [ "$database" != postgres ]; then ask postgres -v "name=$database" <<<'CREATE DATABASE :"name";'; fi
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
    # shellcheck disable=SC1090
    *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
    *.sql) ask "$database" -f "$file" ;;
    *.sql.gz) gunzip -c "$file" | ask "$database" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@" -c "listen_addresses=*"

"""How the superuser of a PostgreSQL server in a container comes in."""

# As whom: what the public images are told, and no password in a command. Rows read the same whatever the server and the
# database say of zones and of bytes: they are compared by their text.
LOGIN = """export PGUSER="${POSTGRES_USER:-${POSTGRESQL_USERNAME:-postgres}}"
password_file=${POSTGRES_PASSWORD_FILE:-${POSTGRESQL_PASSWORD_FILE:-}}
if [ -n "$password_file" ]; then PGPASSWORD=$(cat "$password_file"); export PGPASSWORD
elif [ -n "${POSTGRES_PASSWORD:-${POSTGRESQL_PASSWORD:-}}" ]; then export PGPASSWORD="${POSTGRES_PASSWORD:-$POSTGRESQL_PASSWORD}"; fi
export PGOPTIONS='-c idle_in_transaction_session_timeout=0 -c statement_timeout=0 -c client_min_messages=warning -c timezone=UTC -c bytea_output=hex' PGAPPNAME=berth-backup
"""
# Answers `t` to a superuser.
SUPER = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"


def superuser(container):
    """As which account of the container, and in which database, a superuser comes in; None and why where none does."""
    tried = []
    for user in (None, "postgres"):
        for database in ("postgres", "template1"):
            done = container.run(f"{LOGIN}export PGDATABASE={database}; exec psql -XqAt -c '{SUPER}'", user=user)
            if done.code == 0 and done.out.strip() == "t":
                return (user, database), None
            tried.append(done.last(1) or "is no superuser")
    return None, tried[0]

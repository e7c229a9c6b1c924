"""The database: a connection a piece of work, and its schema."""

import contextlib
import os
import pathlib

import psycopg2

MIGRATIONS = pathlib.Path(__file__).parent / "migrations"
# Any number that no other program of this database takes.
LOCK = 7241


@contextlib.contextmanager
def transaction():
    """A cursor whose work is kept at the end, or not at all."""
    connection = psycopg2.connect(
        host=os.environ.get("DB_HOST", "db"),
        dbname=os.environ.get("DB_NAME", "app"),
        user=os.environ.get("DB_USER", "app"),
        password=os.environ.get("DB_PASSWORD", "app"),
        connect_timeout=5,
    )
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def migrate():
    """Brings the schema up to date, each file once, in the order of their names; two at once wait."""
    with transaction() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz DEFAULT now())"
        )
        cursor.execute("SELECT name FROM migrations")
        done = {name for (name,) in cursor.fetchall()}
        for file in sorted(MIGRATIONS.glob("*.sql")):
            if file.name in done:
                continue
            print(f"migrating: {file.name}")
            cursor.execute(file.read_text())
            cursor.execute("INSERT INTO migrations (name) VALUES (%s)", (file.name,))


def schema():
    """The name of the newest migration."""
    with transaction() as cursor:
        cursor.execute("SELECT max(name) FROM migrations")
        return cursor.fetchone()[0]

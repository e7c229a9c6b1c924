"""Which containers of a project are database servers that can be dumped."""

import re

from files import DATA

# By the last part of an image's name; those of the tools that look at a server, dump it or stand before it are none.
IMAGES = {
    "postgres": re.compile(r"(^|[_.-])(postgres|postgresql|postgis|timescaledb|pgvector|pgrouting)($|[_.-])", re.IGNORECASE),
    "mongodb": re.compile(r"(^|[_.-])(mongo|mongodb|ferretdb)($|[_.-])", re.IGNORECASE),
}
TOOLS = re.compile(r"[_.-](express|exporter|backup|backups|bouncer|pool|proxy|client|compass|admin|gui|ui|web|seed|init|migrate|migrations|meta|sync)($|[_.-])", re.IGNORECASE)
# Those that no backup dumps: their files, read while they run, may be of several moments at once.
OTHERS = re.compile(
    r"(^|[_.-])(mysql|mariadb|percona|elasticsearch|opensearch|cassandra|clickhouse|influxdb|couchdb|neo4j|cockroach|mssql)($|[_.-])", re.IGNORECASE
)
OTHER_DATA = re.compile(r"^/(var/lib/(mysql|elasticsearch|clickhouse|cassandra|influxdb2?)|usr/share/(elasticsearch|opensearch)/data|bitnami/(mysql|mariadb))(/|$)")
# What an image of one's own has kept of the one that it was made from.
SAID = {"postgres": "PGDATA", "mongodb": "MONGO_VERSION"}
# What is in a container of a server whose image says nothing of it, and what its server is called while it runs.
PROGRAMS = {"postgres": "command -v pg_dump && command -v postgres", "mongodb": "command -v mongodump"}
SERVERS = {"postgres": ("postgres", "postmaster"), "mongodb": ("mongod", "mongos", "ferretdb")}


def by_name(image):
    """The kind that the name of an image tells, or None."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if TOOLS.search(name):
        return None
    return next((kind for kind, form in IMAGES.items() if form.search(name)), None)


def kind_of(container, look=True):
    """`postgres`, `mongodb`, or None. A container of a database's image that keeps no data under a name and runs no server
    is none: dumps by the clock, and what fills a server once, are made from such images. `look`: also what the image says
    nothing of is looked for, inside."""
    kind = named(container)
    if kind is None and look and container.status == "running":
        kind = next((kind for kind, script in PROGRAMS.items() if container.run(script, seconds=30).code == 0), None)
    return kind if kind and (keeps(container) or serves(container, kind)) else None


def is_other(container):
    """Is it a server of a kind that is not dumped?"""
    name = container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return bool(OTHERS.search(name) and not TOOLS.search(name)) or any(OTHER_DATA.match(each["Destination"]) for each in container.mounts)


def named(container):
    """The kind that a container's image tells, by its name or by what it has kept of its origin."""
    return by_name(container.image) or next((kind for kind, said in SAID.items() if said in container.env), None)


def keeps(container):
    """Has it a server's data in a volume with a name, or in a directory?"""
    return any(DATA.match(each["Destination"]) and not is_nameless(each) for each in container.mounts)


def is_nameless(mount):
    """A volume that Docker made because the image asks for one; it goes with the container."""
    return mount["Type"] == "volume" and bool(re.fullmatch(r"[0-9a-f]{64}", mount.get("Name") or ""))


def serves(container, kind):
    """Is a server what runs in it; or, where it stands still, what it was started with?"""
    if container.status == "running":
        # The name of each process. Where there is no shell to ask, there is no server of these kinds.
        cases = "|".join(SERVERS[kind])
        script = f"for each in /proc/[0-9]*/comm; do read -r name <$each && case $name in {cases}) exit 0 ;; esac; done 2>/dev/null; exit 1"
        return container.run(script, seconds=30).code == 0
    words = [each.rpartition("/")[2] for each in container.command[:3]]
    # An entrypoint that is given options alone starts the server with them.
    given = len(words) > 1 and "entrypoint" in words[0] and words[1].startswith("-")
    return given or any(word in (*SERVERS[kind], "run.sh") for word in words)

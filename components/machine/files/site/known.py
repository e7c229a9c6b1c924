"""What is known of images and paths that projects use."""

import re

DATABASES = re.compile(
    r"(^|[/_.-])(postgres|postgresql|postgis|timescaledb|pgvector|mysql|mariadb|percona|mongo|mongodb|redis|valkey|keydb"
    r"|memcached|elasticsearch|opensearch|cassandra|clickhouse|clickhouse-server|rabbitmq|influxdb|couchdb|neo4j|cockroach"
    r"|mssql|server-mssql|ferretdb|dragonfly|etcd|minio|meilisearch|typesense|solr|bitnami/postgresql)([-_.]?\d[\w.]*)?$",
    re.IGNORECASE,
)
# What stands beside a server and bears its name: looks at it, dumps it, fills it, or is between it and who asks.
TOOLS = re.compile(r"[_.-](express|exporter|backup|backups|bouncer|pool|proxy|client|compass|admin|gui|ui|web|seed|init|migrate|migrations|meta|sync)($|[_.-])", re.IGNORECASE)
DATABASE_PORTS = {1433, 3306, 5432, 5984, 6379, 7687, 9042, 9200, 9300, 11211, 26257, 27017, 33060}
# Where databases keep their data, whatever their image is called.
DATABASE_PATHS = re.compile(r"/(var/lib/(postgresql|mysql|mongodb|redis|elasticsearch|rabbitmq)|data/db|bitnami/(postgresql|mysql|mariadb|mongodb|redis))")
# Made anew by the project itself, or of its tools: nothing of visitors.
PASSING = re.compile(
    r"(^|/)(node_modules|static|staticfiles|assets|public/packs|cache|caches|\.cache|tmp|temp|run|sock|sockets|log|logs|vendor|bundle"
    r"|venv|\.venv|dist|build|coverage|celerybeat|letsencrypt|acme|certs?|ssl)(/|$)",
    re.IGNORECASE,
)


def base_name(image):
    """The last part of an image's name, without registry, tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def is_tool(name):
    """Is an image of this last name part a tool for a database and not one?"""
    return bool(TOOLS.search(name))


def is_database(service):
    """Is it one of the databases, caches and brokers that projects run beside them?"""
    image = (service.get("image") or "").split("@")[0]
    name = re.sub(r":[^/:]*$", "", image)
    if DATABASES.search(name):
        return True
    return any(DATABASE_PATHS.search(each.get("target") or "") for each in service.get("volumes") or [])


def port_of_database(target):
    return target in DATABASE_PORTS


def is_loopback(port):
    return (port.get("host_ip") or "") in ("127.0.0.1", "::1", "localhost")


def passes(path):
    """Does a path hold what the project makes again by itself?"""
    return bool(PASSING.search(path))

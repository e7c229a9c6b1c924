import { openings } from "../judge/openings";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { unknown } from "../../engine/values";

/** Ports on which databases and caches listen unless told otherwise. */
const databases: Readonly<Record<number, string>> = {
  1433: "SQL Server",
  1521: "Oracle",
  3306: "MySQL",
  33060: "MySQL X",
  5432: "PostgreSQL",
  5433: "PostgreSQL",
  5984: "CouchDB",
  6379: "Redis",
  6432: "PgBouncer",
  7474: "Neo4j",
  7687: "Neo4j",
  8086: "InfluxDB",
  9042: "Cassandra",
  9200: "Elasticsearch",
  9300: "Elasticsearch",
  11211: "Memcached",
  26257: "CockroachDB",
  27017: "MongoDB",
  27018: "MongoDB",
  27019: "MongoDB",
};

/** Databases that a provider runs and gives an address on the internet unless told not to. */
const managed =
  /^(digitalocean|scaleway):.*(database|rdb|redis|mongo|kafka|opensearch|valkey|sql).*:/i;
/** What belongs to one of them and has no address itself. */
const inner =
  /(firewall|acl|user|db|database|privilege|replica|topic|backup|pool|config|snapshot)s?:/i;

export const policy: Policy = {
  name: "keep-database-ports-closed",
  rules: [41],
  description:
    "No database port is open on any firewall, and no database that a provider runs has an address " +
    "on the internet.",
  check: keepDatabasePortsClosed,
};

/** Judges firewalls by the ports their rules cover, and managed databases by their own switch. */
export function* keepDatabasePortsClosed(resource: Resource): Generator<Judgement> {
  for (const opening of openings(resource)) {
    // Who cannot be read is refused by keep-other-ports-closed.
    if ("unreadable" in opening) continue;
    const { path, ports } = opening;
    if (ports === unknown) {
      yield unjudged(resource, path);
      continue;
    }
    const { from, to } = ports;
    const covered = Object.entries(databases).filter(
      ([port]) => from <= Number(port) && Number(port) <= to,
    );
    if (covered.length === 0) continue;
    yield violation(
      resource,
      `${path} opens ${describe(covered)}`,
      "take the rule out; a database is reached on the node itself, through Docker",
    );
  }
  yield* managedDatabase(resource);
}

/** AWS has a switch, whatever the service; the other providers give every database an address. */
function* managedDatabase(resource: Resource): Generator<Judgement> {
  if (resource.type.startsWith("aws:")) {
    const open = input(resource, "publiclyAccessible");
    if (open === unknown) yield unjudged(resource, "publiclyAccessible");
    else if (open === true) {
      yield violation(
        resource,
        "publiclyAccessible gives the database an address on the internet",
        "set publiclyAccessible to false",
      );
    }
  } else if (managed.test(resource.type) && !inner.test(resource.type)) {
    yield violation(
      resource,
      "its provider gives the database an address on the internet",
      "keep the database on the node, in Docker",
    );
  }
}

function describe(covered: readonly (readonly [string, string])[]): string {
  if (covered.length > 4)
    return `${covered.length} database ports, ${covered[0]![0]} to ${covered.at(-1)![0]}`;
  return covered.map(([port, database]) => `${port} (${database})`).join(" and ");
}

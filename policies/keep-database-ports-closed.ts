import { openings } from "./judge/openings";
import { unjudged, violation, type Finding, type Policy } from "./judge/policy";
import { input, type Resource } from "./judge/resource";
import { unknown } from "./judge/value";

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

/** A database that AWS runs and would give an address on the internet. */
const managed = /^aws:(rds|docdb|neptune|redshift)\/.*(instance|cluster):/i;

export const policy: Policy = {
  name: "keep-database-ports-closed",
  rules: [41],
  description: "No database port is open on any firewall, and no managed database is public.",
  check: keepDatabasePortsClosed,
};

/** Judges firewalls by the ports their rules cover, and managed databases by their own switch. */
export function* keepDatabasePortsClosed(resource: Resource): Generator<Finding> {
  for (const opening of openings(resource)) {
    if (opening.from === unknown) {
      yield unjudged(resource, opening.path);
      continue;
    }
    const { path, from, to } = opening;
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
  if (!managed.test(resource.type)) return;
  const open = input(resource, "publiclyAccessible");
  if (open === unknown) yield unjudged(resource, "publiclyAccessible");
  else if (open === true) {
    yield violation(
      resource,
      "publiclyAccessible gives the database an address on the internet",
      "set publiclyAccessible to false",
    );
  }
}

function describe(covered: readonly (readonly [string, string])[]): string {
  if (covered.length > 4)
    return `${covered.length} database ports, ${covered[0]![0]} to ${covered.at(-1)![0]}`;
  return covered.map(([port, database]) => `${port} (${database})`).join(" and ");
}

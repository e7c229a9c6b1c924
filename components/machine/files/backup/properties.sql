-- What a database has itself, beside what is in it: statements, one a line, that give it to the database which psql is
-- connected to. pg_dump writes it only together with CREATE DATABASE, under the database's own name. For psql:
-- unaligned, tuples only; the roles must be there.
SELECT pg_catalog.format('ALTER DATABASE :"DBNAME" CONNECTION LIMIT %s;', datconnlimit)
FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database() AND datconnlimit <> -1;
SELECT pg_catalog.format('COMMENT ON DATABASE :"DBNAME" IS %L;', said)
FROM pg_catalog.pg_database, pg_catalog.shobj_description(oid, 'pg_database') AS said
WHERE datname = pg_catalog.current_database() AND said IS NOT NULL;
-- Without a list of its own the owner has everything, and everybody may connect.
SELECT pg_catalog.format('REVOKE ALL ON DATABASE :"DBNAME" FROM %s;', whose)
FROM pg_catalog.pg_database, LATERAL (VALUES ('PUBLIC'), (pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(datdba)))) AS every (whose)
WHERE datname = pg_catalog.current_database() AND datacl IS NOT NULL;
SELECT pg_catalog.format(
  'GRANT %s ON DATABASE :"DBNAME" TO %s%s;',
  pg_catalog.string_agg(privilege_type, ', ' ORDER BY privilege_type),
  CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END,
  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END
)
FROM pg_catalog.pg_database, pg_catalog.aclexplode(datacl)
WHERE datname = pg_catalog.current_database()
GROUP BY grantee, is_grantable ORDER BY 1;
-- A setting that is a list is kept as it was written, with its own quotes: no literal would be that list.
SELECT CASE
  WHEN name IN ('local_preload_libraries', 'search_path', 'session_preload_libraries', 'shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories')
  THEN pg_catalog.format('SELECT pg_catalog.set_config(%L, %L, false); %s SET %I FROM CURRENT;', name, value, whose, name)
  ELSE pg_catalog.format('%s SET %I TO %L;', whose, name, value)
END
FROM (
  SELECT
    CASE WHEN s.setrole = 0 THEN 'ALTER DATABASE :"DBNAME"'
      ELSE pg_catalog.format('ALTER ROLE %I IN DATABASE :"DBNAME"', pg_catalog.pg_get_userbyid(s.setrole)) END AS whose,
    pg_catalog.split_part(each, '=', 1) AS name,
    pg_catalog.substr(each, pg_catalog.strpos(each, '=') + 1) AS value
  FROM pg_catalog.pg_db_role_setting s
  JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
  CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS each
  WHERE d.datname = pg_catalog.current_database()
) AS settings
ORDER BY whose, name;

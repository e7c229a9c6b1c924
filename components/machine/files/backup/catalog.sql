-- What a database holds, but for what its extensions and the system brought: one JSON object, then one JSON list
-- [schema, name, spelled as in a dump, kind, rows] a table. For psql: unaligned, tuples only, in the transaction
-- whose snapshot it shall be of.
WITH brought AS (
  SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), spaces AS (
  SELECT oid FROM pg_catalog.pg_namespace n
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM brought b WHERE b.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND b.objid = n.oid)
), relations AS (
  SELECT c.oid, c.relkind FROM pg_catalog.pg_class c
  WHERE c.relnamespace IN (SELECT oid FROM spaces) AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT FROM brought b WHERE b.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND b.objid = c.oid)
)
SELECT pg_catalog.json_build_object(
  'owner', pg_catalog.pg_get_userbyid(d.datdba),
  'encoding', pg_catalog.pg_encoding_to_char(d.encoding),
  'collate', d.datcollate,
  'ctype', d.datctype,
  -- Since PostgreSQL 15; the names of the others changed since.
  'provider', pg_catalog.to_jsonb(d) ->> 'datlocprovider',
  'locale', coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale'),
  'rules', pg_catalog.to_jsonb(d) ->> 'daticurules',
  'extensions', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', extname, 'version', extversion) ORDER BY extname), '[]') FROM pg_catalog.pg_extension),
  'sequences', (SELECT count(*) FROM relations WHERE relkind = 'S'),
  'indexes', (SELECT count(*) FROM relations r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid),
  'views', (SELECT count(*) FROM relations WHERE relkind IN ('v', 'm')),
  'populated', (SELECT count(*) FROM pg_catalog.pg_class WHERE oid IN (SELECT oid FROM relations) AND relkind = 'm' AND relispopulated),
  'largeObjects', (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata),
  'constraints', (SELECT count(*) FROM pg_catalog.pg_constraint WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND conrelid IN (SELECT oid FROM relations)),
  'functions', (SELECT count(*) FROM pg_catalog.pg_proc p WHERE p.pronamespace IN (SELECT oid FROM spaces)
    AND NOT EXISTS (SELECT FROM brought b WHERE b.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND b.objid = p.oid)),
  'triggers', (SELECT count(*) FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM relations))
)
FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database();
-- A foreign table's rows are another server's: they are not asked, nor is a parent of which they may be a part.
SELECT pg_catalog.format(
  'SELECT pg_catalog.json_build_array(%L, %L, %L, %L, %s)',
  n.nspname, c.relname, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relkind,
  CASE c.relkind
    WHEN 'r' THEN pg_catalog.format('(SELECT count(*) FROM ONLY %I.%I)', n.nspname, c.relname)
    WHEN 'p' THEN CASE
      WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class f ON f.oid = i.inhrelid WHERE f.relkind = 'f') THEN '0'
      ELSE pg_catalog.format('(SELECT count(*) FROM %I.%I)', n.nspname, c.relname)
    END
    ELSE '0'
  END
)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend b
    WHERE b.deptype = 'e' AND ((b.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND b.objid = c.oid)
      OR (b.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND b.objid = n.oid)))
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
\gexec

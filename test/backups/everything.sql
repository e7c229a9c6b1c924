-- What databases have besides plain tables; a restore has all of it again, as pg_dumpall tells it.
CREATE ROLE holder NOLOGIN;
CREATE ROLE reader LOGIN CONNECTION LIMIT 7;
CREATE ROLE "Odd ""Role" NOLOGIN;
GRANT holder TO reader;
CREATE DATABASE "odd 'name' $HOME é" OWNER holder TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' CONNECTION LIMIT 33;
COMMENT ON DATABASE "odd 'name' $HOME é" IS 'it''s
the "client"''s';
REVOKE CONNECT ON DATABASE "odd 'name' $HOME é" FROM PUBLIC;
GRANT CONNECT ON DATABASE "odd 'name' $HOME é" TO reader;
GRANT CREATE ON DATABASE "odd 'name' $HOME é" TO "Odd ""Role" WITH GRANT OPTION;
ALTER DATABASE "odd 'name' $HOME é" SET search_path = "$user", app, public;
ALTER DATABASE "odd 'name' $HOME é" SET timezone = 'America/Toronto';
ALTER DATABASE "odd 'name' $HOME é" SET bytea_output = 'escape';
ALTER DATABASE "odd 'name' $HOME é" SET transaction_timeout = '1s';
ALTER ROLE reader IN DATABASE "odd 'name' $HOME é" SET statement_timeout = '5s';
CREATE DATABASE ordered TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'fr-CA' LOCALE 'C.UTF-8' ENCODING 'UTF8';
\connect "odd 'name' $HOME é"
CREATE SCHEMA app AUTHORIZATION holder;
CREATE DOMAIN app.email AS text CHECK (VALUE ~ '@');
CREATE TYPE app.mood AS ENUM ('sad', 'happy');
CREATE TABLE app.person (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail app.email, mood app.mood DEFAULT 'sad', name text,
  loud text GENERATED ALWAYS AS (upper(name)) STORED, seen timestamptz DEFAULT now(), face bytea DEFAULT '\xff00'
);
INSERT INTO app.person (mail, name) SELECT n || '@example.org', 'n' || n FROM generate_series(1, 100) n;
DELETE FROM app.person WHERE id % 3 = 0;
ALTER TABLE app.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.person FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.person FOR SELECT TO reader USING (mail = current_user);
GRANT SELECT ON app.person TO reader;
GRANT UPDATE (name) ON app.person TO "Odd ""Role";
ALTER TABLE app.person OWNER TO holder;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO reader;
CREATE TABLE app.part (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE app.part_first PARTITION OF app.part FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE app.part_rest PARTITION OF app.part DEFAULT;
INSERT INTO app.part SELECT n, date '2026-01-01' + n FROM generate_series(1, 300) n;
CREATE TABLE app.parent (a int);
CREATE TABLE app.child (b int) INHERITS (app.parent);
INSERT INTO app.child VALUES (1, 2);
CREATE UNLOGGED TABLE app.quick (a int);
INSERT INTO app.quick VALUES (1), (2);
CREATE TABLE app."Orders (old)" ("of FROM stdin;" text, "two
lines" text);
INSERT INTO app."Orders (old)" VALUES (E'\\.', E'a\nb'), (NULL, '\N');
CREATE TABLE app.bare ();
INSERT INTO app.bare DEFAULT VALUES;
CREATE VIEW app.named AS SELECT id, name FROM app.person;
CREATE VIEW app.later AS SELECT * FROM app.named WHERE id > 2;
CREATE MATERIALIZED VIEW app.kept AS SELECT id, name FROM app.person;
CREATE MATERIALIZED VIEW app.unfilled AS SELECT 1 AS a WITH NO DATA;
CREATE FUNCTION app.passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER passes BEFORE INSERT ON app.person FOR EACH ROW EXECUTE FUNCTION app.passes();
ALTER TABLE app.person DISABLE TRIGGER passes;
CREATE FUNCTION app.tells() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER tells ON ddl_command_end EXECUTE FUNCTION app.tells();
CREATE RULE never AS ON UPDATE TO app.parent DO INSTEAD NOTHING;
CREATE STATISTICS app.together ON id, name FROM app.person;
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1');
CREATE USER MAPPING FOR reader SERVER far OPTIONS (user 'x');
CREATE TABLE app.spread (a int) PARTITION BY LIST (a);
CREATE FOREIGN TABLE app.spread_far PARTITION OF app.spread FOR VALUES IN (1) SERVER far;
SET client_min_messages = error;
CREATE PUBLICATION given FOR ALL TABLES;
CREATE SUBSCRIPTION taken CONNECTION 'host=127.0.0.1 port=1 dbname=x' PUBLICATION p WITH (connect = false);
SELECT lo_from_bytea(4711, 'hello');
ALTER LARGE OBJECT 4711 OWNER TO reader;
GRANT SELECT ON LARGE OBJECT 4711 TO holder;
CREATE SEQUENCE app.down INCREMENT -2 MINVALUE -1000 MAXVALUE 100 START 50 CYCLE;
SELECT nextval('app.down');
CREATE TABLE app.points (person int);
INSERT INTO app.points VALUES (3);
ALTER TABLE app.points ADD FOREIGN KEY (person) REFERENCES app.person (id) NOT VALID;

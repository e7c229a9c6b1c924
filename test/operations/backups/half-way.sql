--
-- PostgreSQL database dump
--
SET search_path = public;
CREATE EXTENSION an_extension_nobody_has;
CREATE TABLE invoice (id integer PRIMARY KEY, total numeric NOT NULL);
CREATE TABLE contact (id integer PRIMARY KEY, email type_of_that_extension NOT NULL);
CREATE TABLE note (id integer PRIMARY KEY, body text);
COPY invoice (id, total) FROM stdin;
1	10.00
2	20.50
\.
COPY contact (id, email) FROM stdin;
1	ana@example.org
2	bob@example.org
\.
COPY note (id, body) FROM stdin;
1	kept
\.
GRANT SELECT ON invoice TO role_from_elsewhere;
--
-- PostgreSQL database dump complete
--

CREATE TABLE notes (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  text text NOT NULL UNIQUE
);
INSERT INTO notes (text) VALUES ('Berthed');

-- Every write that was accepted, under its number; one that comes again under its key is counted.
CREATE TABLE writes (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  body text NOT NULL,
  times integer NOT NULL DEFAULT 1,
  at timestamptz NOT NULL DEFAULT now()
);

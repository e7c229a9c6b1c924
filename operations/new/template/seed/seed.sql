-- What a developer begins with. Loaded once, in one transaction, into a database that is new.
INSERT INTO notes (text) VALUES ('Seeded');
INSERT INTO writes (key, body)
  SELECT 'seed-' || n, 'a write to look at' FROM generate_series(1, 3) AS n;

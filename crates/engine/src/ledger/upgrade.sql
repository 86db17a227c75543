-- A step no released program has, by which the simulator brings ledgers up while they are in use:
-- a column in every row, what is under way in a table, and an index.
ALTER TABLE delivery ADD COLUMN further INTEGER;
UPDATE delivery SET further = due;
CREATE TABLE further (
    delivery BLOB PRIMARY KEY,
    token    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO further SELECT id, token FROM delivery WHERE state = 'processing';
CREATE INDEX delivery_further ON delivery (further);

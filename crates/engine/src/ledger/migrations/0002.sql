-- The second schema.

-- Reminders: quiet hours, nags and alarms.
ALTER TABLE reminder ADD COLUMN nag INTEGER CHECK (nag > 0);
ALTER TABLE reminder ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0 CHECK (alarm IN (0, 1));
ALTER TABLE delivery ADD COLUMN nag INTEGER CHECK (nag > 0);
ALTER TABLE delivery ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0 CHECK (alarm IN (0, 1));

-- Kinds: the days of notice before a renewal, and what a workflow does while its last run goes on.
ALTER TABLE event ADD COLUMN notice INTEGER NOT NULL DEFAULT 0 CHECK (notice BETWEEN 0 AND 3660);
ALTER TABLE event ADD COLUMN overlap TEXT NOT NULL DEFAULT 'allow' CHECK (overlap IN ('skip', 'buffer', 'allow'));

-- Endpoints: calls a second and at once, and the rest each is given after failures.
ALTER TABLE channel ADD COLUMN rate INTEGER NOT NULL DEFAULT 5 CHECK (rate BETWEEN 1 AND 1000);
ALTER TABLE channel ADD COLUMN burst INTEGER NOT NULL DEFAULT 10 CHECK (burst BETWEEN 1 AND 1000);

-- Clocks and the machine of states.

-- The file: what is kept of its health, and statistics.

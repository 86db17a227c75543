-- The second schema.

-- Reminders: quiet hours, nags and alarms.
ALTER TABLE reminder ADD COLUMN nag INTEGER CHECK (nag > 0);
ALTER TABLE reminder ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0 CHECK (alarm IN (0, 1));
ALTER TABLE delivery ADD COLUMN nag INTEGER CHECK (nag > 0);
ALTER TABLE delivery ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0 CHECK (alarm IN (0, 1));

-- Kinds: the days of notice before a renewal, and what a workflow does while its last run goes on.
ALTER TABLE event ADD COLUMN notice INTEGER NOT NULL DEFAULT 0 CHECK (notice BETWEEN 0 AND 3660);
ALTER TABLE event ADD COLUMN overlap TEXT NOT NULL DEFAULT 'allow' CHECK (overlap IN ('skip', 'buffer', 'allow'));
CREATE INDEX event_overlap ON event (id, overlap) WHERE overlap <> 'allow';

-- Endpoints: calls a second and at once, and the rest each is given after failures.
ALTER TABLE channel ADD COLUMN rate INTEGER NOT NULL DEFAULT 5 CHECK (rate BETWEEN 1 AND 1000);
ALTER TABLE channel ADD COLUMN burst INTEGER NOT NULL DEFAULT 10 CHECK (burst BETWEEN 1 AND 1000);
CREATE TABLE breaker (
    channel   BLOB PRIMARY KEY REFERENCES channel (id) ON DELETE RESTRICT,
    failures  INTEGER NOT NULL CHECK (failures >= 0),
    successes INTEGER NOT NULL CHECK (successes >= 0),
    openings  INTEGER NOT NULL CHECK (openings >= 0),
    until     INTEGER,
    rest      INTEGER NOT NULL CHECK (rest >= 0)
) STRICT, WITHOUT ROWID;

-- Clocks and the machine of states.
UPDATE delivery SET not_before = coalesce(use_by, due + 2592000000) WHERE state = 'held' AND not_before IS NULL;
UPDATE delivery SET not_before = use_by WHERE state IN ('held', 'retrying') AND not_before > use_by;

-- A wait that was counted from a moment: how long, in milliseconds, and since when of which boot.
ALTER TABLE delivery ADD COLUMN wait INTEGER CHECK (wait >= 0);
ALTER TABLE delivery ADD COLUMN wait_since INTEGER;
ALTER TABLE delivery ADD COLUMN wait_boot TEXT;
CREATE INDEX acknowledgement_at ON acknowledgement (at);
-- After the clock went back: what was asked for in a future that was false.
CREATE INDEX delivery_snoozed ON delivery (created_at)
    WHERE reminder GLOB '[sn]:*' AND state IN ('scheduled', 'pending', 'processing', 'retrying', 'held');
-- The time since boot, and the boot, when the service last looked.
ALTER TABLE service_status ADD COLUMN boot_ms INTEGER;
ALTER TABLE service_status ADD COLUMN boot_id TEXT;

-- Moments that were missed in such numbers that they are no deliveries: a range with its count.
CREATE TABLE overflow (
    id        INTEGER PRIMARY KEY,
    event     BLOB NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    reminder  TEXT NOT NULL CHECK (length(reminder) > 0),
    channel   BLOB NOT NULL REFERENCES channel (id) ON DELETE RESTRICT,
    from_due  INTEGER NOT NULL,
    until_due INTEGER NOT NULL CHECK (until_due >= from_due),
    count     INTEGER NOT NULL CHECK (count > 0),
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX overflow_event ON overflow (event, reminder, channel);
CREATE INDEX overflow_until ON overflow (until_due);

CREATE TRIGGER delivery_born BEFORE INSERT ON delivery
WHEN NEW.state NOT IN ('scheduled', 'pending', 'skipped', 'review') OR NEW.attempts <> 0 OR NEW.token <> 0
BEGIN
    SELECT RAISE(ABORT, 'a delivery begins scheduled, pending, skipped or in review, and untried');
END;
CREATE TRIGGER delivery_moves BEFORE UPDATE OF state ON delivery
WHEN NEW.state <> OLD.state AND NOT CASE OLD.state
    WHEN 'scheduled' THEN NEW.state IN ('processing', 'held', 'dead', 'review', 'completed', 'skipped',
        'coalesced', 'expired', 'cancelled')
    WHEN 'pending' THEN NEW.state IN ('scheduled', 'processing', 'held', 'dead', 'review', 'completed', 'skipped',
        'coalesced', 'expired', 'cancelled')
    WHEN 'processing' THEN NEW.state IN ('pending', 'retrying', 'held', 'dead', 'review', 'completed', 'expired',
        'cancelled')
    WHEN 'retrying' THEN NEW.state IN ('scheduled', 'pending', 'processing', 'held', 'dead', 'review', 'completed',
        'discarded', 'expired', 'cancelled')
    WHEN 'held' THEN NEW.state IN ('scheduled', 'pending', 'dead', 'review', 'completed', 'skipped', 'coalesced',
        'discarded', 'expired', 'cancelled')
    WHEN 'dead' THEN NEW.state IN ('pending', 'discarded')
    WHEN 'review' THEN NEW.state IN ('pending', 'discarded')
    ELSE 0 END
BEGIN
    SELECT RAISE(ABORT, 'a delivery moves only as the machine of states says');
END;
CREATE TRIGGER delivery_born_why BEFORE INSERT ON delivery
WHEN NOT CASE NEW.state
    WHEN 'scheduled' THEN NEW.reason = 'planned' OR NEW.reason GLOB 'planned.*'
    WHEN 'pending' THEN NEW.reason = 'planned' OR NEW.reason GLOB 'planned.*' OR NEW.reason GLOB 'retry.*'
    ELSE NEW.reason GLOB NEW.state || '.*' END
BEGIN
    SELECT RAISE(ABORT, 'a delivery begins with a reason of its state');
END;
CREATE TRIGGER delivery_why BEFORE UPDATE OF state, reason ON delivery
WHEN NOT CASE NEW.state
    WHEN 'scheduled' THEN NEW.reason = 'planned' OR NEW.reason GLOB 'planned.*'
    WHEN 'pending' THEN NEW.reason IN ('planned', 'released') OR NEW.reason GLOB 'planned.*'
        OR NEW.reason GLOB 'again.*' OR NEW.reason GLOB 'retry.*'
    WHEN 'processing' THEN NEW.reason = 'claimed' OR NEW.reason GLOB 'cancelled.*'
    WHEN 'retrying' THEN NEW.reason GLOB 'retry.*'
    WHEN 'completed' THEN NEW.reason GLOB 'told.*' OR NEW.reason GLOB 'late.*'
    ELSE NEW.reason GLOB NEW.state || '.*' END
BEGIN
    SELECT RAISE(ABORT, 'a delivery is in a state for a reason of that state');
END;
CREATE TRIGGER delivery_waits BEFORE UPDATE OF state, not_before, use_by ON delivery
WHEN (NEW.state = 'held' AND NEW.not_before IS NULL)
    OR (NEW.state IN ('held', 'retrying') AND NEW.not_before > NEW.use_by)
BEGIN
    SELECT RAISE(ABORT, 'nothing waits without an end, or beyond its use-by');
END;
CREATE TRIGGER delivery_claimed BEFORE UPDATE OF state, attempts, token ON delivery
WHEN (NEW.attempts <> OLD.attempts OR NEW.token <> OLD.token
        OR (NEW.state = 'processing' AND OLD.state <> 'processing'))
    AND NOT (NEW.state = 'processing' AND OLD.state <> 'processing'
        AND NEW.attempts = OLD.attempts + 1 AND NEW.token = OLD.token + 1)
BEGIN
    SELECT RAISE(ABORT, 'a claim, and nothing else, is one attempt and one token more');
END;
CREATE TRIGGER attempt_claimed BEFORE INSERT ON attempt
WHEN NOT EXISTS (SELECT 1 FROM delivery
    WHERE id = NEW.delivery AND state = 'processing' AND token = NEW.token AND attempts = NEW.n)
BEGIN
    SELECT RAISE(ABORT, 'an attempt begins with a claim');
END;

-- The file: what is kept of its health, and statistics.
CREATE TABLE statistic (
    -- Days since 1970, UTC.
    day  INTEGER NOT NULL,
    -- A state that was reached, or `within:` and the milliseconds after its moment something was told in.
    what TEXT NOT NULL CHECK (length(what) > 0),
    n    INTEGER NOT NULL CHECK (n > 0),
    PRIMARY KEY (day, what)
) STRICT, WITHOUT ROWID;

-- A stretch of time is met by few events: by those that go on for long, and by short ones that begin
-- about then (40 days).
DROP INDEX event_spans;
CREATE INDEX event_long ON event (spans_until, spans_from)
    WHERE deleted_at IS NULL AND (spans_until - spans_from > 3456000000);
CREATE INDEX event_short ON event (spans_from, spans_until)
    WHERE deleted_at IS NULL AND NOT (spans_until - spans_from > 3456000000);

-- Retention: what was deleted is found again when its time is over.
CREATE INDEX event_deleted ON event (deleted_at) WHERE deleted_at IS NOT NULL;

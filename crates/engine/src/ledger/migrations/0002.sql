-- The second schema.

-- Whether a worker still has to do with it, and whether it has been due and is to be looked at again.
-- SQLite makes a table of each list of more than two that is asked for with IN, every time anew: what is
-- asked for at every write says it so.
ALTER TABLE delivery ADD COLUMN live INTEGER GENERATED ALWAYS AS
    (state = 'scheduled' OR state = 'pending' OR state = 'processing' OR state = 'retrying' OR state = 'held');
ALTER TABLE delivery ADD COLUMN waits INTEGER GENERATED ALWAYS AS
    (state = 'pending' OR state = 'retrying' OR state = 'held');

-- Reminders: quiet hours, nags and alarms.
ALTER TABLE reminder ADD COLUMN nag INTEGER CHECK (nag > 0);
ALTER TABLE reminder ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0 CHECK (alarm IN (0, 1));
ALTER TABLE delivery ADD COLUMN nag INTEGER CHECK (nag > 0);
ALTER TABLE delivery ADD COLUMN alarm INTEGER NOT NULL DEFAULT 0 CHECK (alarm IN (0, 1));

-- The pop-up: its number while it is on the screen, and our connection that put it there.
ALTER TABLE delivery ADD COLUMN shown_as INTEGER;
ALTER TABLE delivery ADD COLUMN shown_to TEXT;
CREATE INDEX delivery_on_screen ON delivery (shown_by, shown_as) WHERE shown_as IS NOT NULL;

-- Kinds: the days of notice before a renewal, and what a workflow does while its last run goes on.
ALTER TABLE event ADD COLUMN notice INTEGER NOT NULL DEFAULT 0 CHECK (notice BETWEEN 0 AND 3660);
ALTER TABLE event ADD COLUMN overlap TEXT NOT NULL DEFAULT 'allow'
    CHECK (overlap = 'skip' OR overlap = 'buffer' OR overlap = 'allow');
CREATE INDEX event_overlap ON event (id, overlap) WHERE overlap <> 'allow';

-- Endpoints: calls a second and at once, and the rest each is given after failures.
ALTER TABLE channel ADD COLUMN rate INTEGER NOT NULL DEFAULT 5 CHECK (rate BETWEEN 1 AND 1000);
ALTER TABLE channel ADD COLUMN burst INTEGER NOT NULL DEFAULT 10 CHECK (burst BETWEEN 1 AND 1000);
CREATE TABLE breaker (
    channel    BLOB PRIMARY KEY REFERENCES channel (id) ON DELETE RESTRICT,
    failures   INTEGER NOT NULL CHECK (failures >= 0),
    successes  INTEGER NOT NULL CHECK (successes >= 0),
    openings   INTEGER NOT NULL CHECK (openings >= 0),
    until      INTEGER,
    rest       INTEGER NOT NULL CHECK (rest >= 0),
    mistrusted INTEGER
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
    WHERE reminder GLOB '[sn]:*' AND live;
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

DROP INDEX delivery_live;
CREATE INDEX delivery_live ON delivery (subject) WHERE live;
DROP INDEX delivery_waiting;
CREATE INDEX delivery_waiting ON delivery (not_before) WHERE waits;
DROP INDEX delivery_use_by;
CREATE INDEX delivery_use_by ON delivery (use_by) WHERE waits;
DROP INDEX delivery_untold;
CREATE INDEX delivery_untold ON delivery (due, id)
    WHERE answered = 0 AND channel = x'00000000000000000000000000000000'
    AND (waits OR state = 'processing' OR state = 'dead' OR state = 'review' OR state = 'expired'
        OR (event IS NULL AND state = 'completed'));
DROP TRIGGER delivery_final;
CREATE TRIGGER delivery_final BEFORE UPDATE OF state, reason, due, use_by, subject, occurrence, reminder,
    channel, gen, key, token, attempts, told_at ON delivery
WHEN OLD.state = 'completed' OR OLD.state = 'skipped' OR OLD.state = 'coalesced' OR OLD.state = 'discarded'
    OR OLD.state = 'expired' OR OLD.state = 'cancelled'
BEGIN
    SELECT RAISE(ABORT, 'a delivery in a final state never changes');
END;
CREATE TRIGGER delivery_born BEFORE INSERT ON delivery
WHEN NOT (NEW.state = 'scheduled' OR NEW.state = 'pending' OR NEW.state = 'skipped' OR NEW.state = 'review')
        OR NEW.attempts <> 0 OR NEW.token <> 0
BEGIN
    SELECT RAISE(ABORT, 'a delivery begins scheduled, pending, skipped or in review, and untried');
END;
CREATE TRIGGER delivery_moves BEFORE UPDATE OF state ON delivery
WHEN NEW.state <> OLD.state AND NOT CASE NEW.state
    WHEN 'scheduled' THEN OLD.state = 'pending' OR OLD.state = 'retrying' OR OLD.state = 'held'
    WHEN 'pending' THEN OLD.state = 'processing' OR OLD.state = 'retrying' OR OLD.state = 'held' OR OLD.state = 'dead'
        OR OLD.state = 'review'
    WHEN 'processing' THEN OLD.state = 'scheduled' OR OLD.state = 'pending' OR OLD.state = 'retrying'
    WHEN 'retrying' THEN OLD.state = 'processing'
    WHEN 'skipped' THEN OLD.state = 'scheduled' OR OLD.state = 'pending' OR OLD.state = 'held'
    WHEN 'coalesced' THEN OLD.state = 'scheduled' OR OLD.state = 'pending' OR OLD.state = 'held'
    WHEN 'discarded' THEN OLD.state = 'retrying' OR OLD.state = 'held' OR OLD.state = 'dead' OR OLD.state = 'review'
    -- To any other state it comes from each in which it lives.
    ELSE OLD.state = 'scheduled' OR OLD.state = 'pending' OR OLD.state = 'processing' OR OLD.state = 'retrying'
        OR OLD.state = 'held' END
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

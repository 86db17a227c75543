-- The first schema. Times are milliseconds since 1970 UTC; ids are sixteen bytes; definitions
-- keep local time and zone, and only what was decided is stored as an instant.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT NOT NULL CHECK (length(name) > 0),
    color      TEXT NOT NULL,
    shown      INTEGER NOT NULL CHECK (shown IN (0, 1)),
    position   INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE person (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT NOT NULL CHECK (length(name) > 0),
    zone       TEXT,
    birthday   TEXT,
    anniversary TEXT,
    leap_day   TEXT NOT NULL CHECK (leap_day IN ('backward', 'forward', 'omit')),
    -- What an import keeps of a card: its UID, its stamp, and what it did not understand.
    uid        TEXT,
    stamp      TEXT NOT NULL DEFAULT '',
    extra      TEXT NOT NULL DEFAULT '',
    deleted_at INTEGER
) STRICT;
CREATE INDEX person_name ON person (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX person_uid ON person (uid) WHERE uid IS NOT NULL;

CREATE TABLE channel (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind       TEXT NOT NULL CHECK (kind IN ('desktop', 'webhook', 'mail')),
    name       TEXT NOT NULL CHECK (length(name) > 0),
    network    TEXT NOT NULL CHECK (network IN ('public', 'private', 'loopback')),
    guarantee  TEXT NOT NULL CHECK (guarantee IN ('never-miss', 'never-repeat')),
    retries    TEXT NOT NULL CHECK (retries IN ('long', 'quick')),
    url        BLOB,
    secret     BLOB,
    old_secret BLOB,
    old_until  INTEGER,
    off_reason TEXT,
    revision   INTEGER NOT NULL DEFAULT 1,
    deleted_at INTEGER,
    CHECK (kind <> 'webhook' OR (url IS NOT NULL AND secret IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX channel_name ON channel (name) WHERE deleted_at IS NULL;

CREATE TABLE event (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    series_root    BLOB NOT NULL CHECK (length(series_root) = 16),
    calendar       BLOB NOT NULL REFERENCES calendar (id) ON DELETE RESTRICT,
    kind           TEXT NOT NULL CHECK (length(kind) > 0),
    title          TEXT NOT NULL CHECK (length(title) > 0),
    place          TEXT NOT NULL,
    description    TEXT NOT NULL,
    url            TEXT NOT NULL DEFAULT '',
    start          TEXT NOT NULL,
    zone           TEXT,
    gap            TEXT NOT NULL CHECK (gap IN ('', 'shift', 'skip')),
    fold           TEXT NOT NULL CHECK (fold IN ('', 'first', 'second', 'both')),
    days           INTEGER NOT NULL CHECK (days >= 0),
    seconds        INTEGER NOT NULL CHECK (seconds >= 0),
    rules          TEXT NOT NULL CHECK (json_valid(rules)),
    rdates         TEXT NOT NULL CHECK (json_valid(rdates)),
    exdates        TEXT NOT NULL CHECK (json_valid(exdates)),
    overrides      TEXT NOT NULL CHECK (json_valid(overrides)),
    person         BLOB REFERENCES person (id) ON DELETE RESTRICT,
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    uid            TEXT,
    sequence       INTEGER NOT NULL DEFAULT 0,
    stamp          TEXT NOT NULL DEFAULT '',
    extra          TEXT NOT NULL DEFAULT '',
    import         BLOB,
    version        INTEGER NOT NULL CHECK (version >= 1),
    -- The instants the event may touch, with room for zone changes; open-ended for series.
    spans_from     INTEGER NOT NULL,
    spans_until    INTEGER NOT NULL CHECK (spans_until >= spans_from),
    decided_until  INTEGER NOT NULL,
    plan_at        INTEGER,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    deleted_at     INTEGER,
    CHECK (deleted_at IS NULL OR plan_at IS NULL)
) STRICT;
CREATE INDEX event_plan ON event (plan_at) WHERE plan_at IS NOT NULL;
CREATE INDEX event_spans ON event (spans_until, spans_from) WHERE deleted_at IS NULL;
CREATE INDEX event_root ON event (series_root);
CREATE INDEX event_person ON event (person) WHERE person IS NOT NULL;
CREATE INDEX event_calendar ON event (calendar) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX event_uid ON event (uid, calendar) WHERE uid IS NOT NULL;

CREATE TABLE reminder (
    event     BLOB NOT NULL REFERENCES event (id) ON DELETE RESTRICT,
    place     INTEGER NOT NULL CHECK (place >= 0),
    trigger   TEXT NOT NULL CHECK (length(trigger) > 0),
    channel   BLOB NOT NULL REFERENCES channel (id) ON DELETE RESTRICT,
    use_by    TEXT,
    collapse  TEXT,
    PRIMARY KEY (event, place),
    UNIQUE (event, trigger, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminder_channel ON reminder (channel);

-- How an event came from its file last, where it is otherwise here by now.
CREATE TABLE imported (
    event      BLOB PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE,
    definition TEXT NOT NULL CHECK (json_valid(definition))
) STRICT, WITHOUT ROWID;

-- Changes of one occurrence that came in a file of their own: how new each is.
CREATE TABLE imported_occurrence (
    event    BLOB NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    original TEXT NOT NULL CHECK (length(original) > 0),
    sequence INTEGER NOT NULL,
    stamp    TEXT NOT NULL,
    PRIMARY KEY (event, original)
) STRICT, WITHOUT ROWID;

-- One obligation a row. Its identity is (subject, occurrence, reminder, channel, gen).
CREATE TABLE delivery (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    key           TEXT NOT NULL CHECK (length(key) = 30),
    event         BLOB REFERENCES event (id) ON DELETE RESTRICT,
    subject       TEXT NOT NULL CHECK (length(subject) > 0),
    occurrence    TEXT NOT NULL CHECK (length(occurrence) > 0),
    reminder      TEXT NOT NULL CHECK (length(reminder) > 0),
    channel       BLOB NOT NULL REFERENCES channel (id) ON DELETE RESTRICT,
    gen           INTEGER NOT NULL CHECK (gen >= 0),
    state         TEXT NOT NULL CHECK (state IN ('scheduled', 'pending', 'processing', 'retrying', 'held',
                      'dead', 'review', 'completed', 'skipped', 'coalesced', 'discarded', 'expired', 'cancelled')),
    reason        TEXT NOT NULL CHECK (length(reason) > 0),
    due           INTEGER NOT NULL,
    schedule      TEXT NOT NULL,
    use_by        INTEGER,
    over          TEXT NOT NULL,
    grace         INTEGER NOT NULL CHECK (grace >= 0),
    collapse      TEXT NOT NULL,
    label         TEXT NOT NULL,
    starts        INTEGER NOT NULL,
    ends          INTEGER NOT NULL,
    tzdata        TEXT NOT NULL,
    late_cause    TEXT,
    not_before    INTEGER,
    token         INTEGER NOT NULL DEFAULT 0 CHECK (token >= 0),
    owner         BLOB CHECK (owner IS NULL OR length(owner) = 16),
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    crashes       INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    cancel_wanted INTEGER NOT NULL DEFAULT 0 CHECK (cancel_wanted IN (0, 1)),
    again         INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1)),
    payload       BLOB,
    told_at       INTEGER,
    into_row      BLOB,
    shown_by      TEXT,
    -- Somebody has answered it: it has an acknowledgement.
    answered      INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    CHECK ((state = 'processing') = (owner IS NOT NULL)),
    CHECK ((state = 'completed') = (told_at IS NOT NULL)),
    CHECK (state <> 'retrying' OR (not_before IS NOT NULL AND attempts > 0)),
    CHECK (state <> 'processing' OR (attempts > 0 AND token > 0 AND payload IS NOT NULL)),
    CHECK (state <> 'scheduled' OR not_before IS NULL),
    CHECK (state <> 'coalesced' OR into_row IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX delivery_once ON delivery (subject, occurrence, reminder, channel, gen)
    WHERE NOT (state = 'cancelled' AND attempts = 0);
CREATE INDEX delivery_identity ON delivery (subject, occurrence, reminder, channel, gen);
CREATE INDEX delivery_event ON delivery (event, due);
CREATE INDEX delivery_key ON delivery (key);
CREATE INDEX delivery_scheduled ON delivery (due) WHERE state = 'scheduled';
CREATE INDEX delivery_live ON delivery (subject)
    WHERE state IN ('scheduled', 'pending', 'processing', 'retrying', 'held');
CREATE INDEX delivery_ready ON delivery (due) WHERE state IN ('pending', 'held');
CREATE INDEX delivery_waiting ON delivery (not_before) WHERE state IN ('pending', 'retrying', 'held');
CREATE INDEX delivery_use_by ON delivery (use_by) WHERE state IN ('pending', 'retrying', 'held');
CREATE INDEX delivery_processing ON delivery (owner) WHERE state = 'processing';
CREATE INDEX delivery_parked ON delivery (due) WHERE state IN ('dead', 'review');
CREATE INDEX delivery_due ON delivery (due);
CREATE INDEX delivery_starts ON delivery (starts);
CREATE INDEX delivery_channel ON delivery (channel, due);
-- What the desktop told and nobody answered stays in the inbox; the rest leaves it in time.
CREATE INDEX delivery_told ON delivery (due, id)
    WHERE answered = 0 AND channel = x'00000000000000000000000000000000'
    AND event IS NOT NULL AND state = 'completed';
CREATE INDEX delivery_untold ON delivery (due, id)
    WHERE answered = 0 AND channel = x'00000000000000000000000000000000'
    AND (state IN ('held', 'pending', 'processing', 'retrying', 'dead', 'review', 'expired')
        OR (event IS NULL AND state = 'completed'));

CREATE TRIGGER delivery_final BEFORE UPDATE OF state, reason, due, use_by, subject, occurrence, reminder,
    channel, gen, key, token, attempts, told_at ON delivery
WHEN OLD.state IN ('completed', 'skipped', 'coalesced', 'discarded', 'expired', 'cancelled')
BEGIN
    SELECT RAISE(ABORT, 'a delivery in a final state never changes');
END;
CREATE TRIGGER delivery_named BEFORE UPDATE OF subject, occurrence, reminder, channel, gen, key ON delivery
BEGIN
    SELECT RAISE(ABORT, 'a delivery keeps its name for ever');
END;
CREATE TRIGGER delivery_fenced BEFORE UPDATE OF token ON delivery WHEN NEW.token < OLD.token
BEGIN
    SELECT RAISE(ABORT, 'a token never goes back');
END;
CREATE TRIGGER delivery_counted BEFORE UPDATE OF attempts ON delivery WHEN NEW.attempts < OLD.attempts
BEGIN
    SELECT RAISE(ABORT, 'attempts never go back');
END;

CREATE TABLE attempt (
    delivery BLOB NOT NULL REFERENCES delivery (id) ON DELETE RESTRICT,
    n        INTEGER NOT NULL CHECK (n >= 1),
    token    INTEGER NOT NULL,
    started  INTEGER NOT NULL,
    finished INTEGER,
    outcome  TEXT CHECK (outcome IN ('accepted', 'transient', 'permanent', 'gone', 'ambiguous', 'unavailable',
                 'too_late', 'unknown')),
    status   INTEGER,
    detail   TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (delivery, n),
    CHECK ((finished IS NULL) = (outcome IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER attempt_once BEFORE UPDATE ON attempt WHEN OLD.outcome IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'an attempt that ended never changes');
END;

CREATE TABLE acknowledgement (
    subject    TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    reminder   TEXT NOT NULL,
    gen        INTEGER NOT NULL,
    answer     TEXT NOT NULL CHECK (answer IN ('done', 'dismissed', 'snoozed', 'opened')),
    at         INTEGER NOT NULL,
    until      INTEGER,
    place      TEXT NOT NULL,
    PRIMARY KEY (subject, occurrence, reminder, gen),
    CHECK ((answer = 'snoozed') = (until IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER acknowledgement_given AFTER INSERT ON acknowledgement
BEGIN
    UPDATE delivery SET answered = 1
    WHERE subject = NEW.subject AND occurrence = NEW.occurrence AND reminder = NEW.reminder AND gen = NEW.gen;
END;

CREATE TABLE audit (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery    BLOB NOT NULL REFERENCES delivery (id) ON DELETE RESTRICT,
    at          INTEGER NOT NULL,
    boot_ms     INTEGER NOT NULL,
    boot_id     TEXT NOT NULL,
    zone        TEXT NOT NULL,
    tzdata      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    token       INTEGER NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    correlation TEXT NOT NULL,
    note        TEXT NOT NULL DEFAULT '',
    checksum    BLOB
) STRICT;
CREATE INDEX audit_delivery ON audit (delivery, seq);
CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is only appended to');
END;

CREATE TABLE request (
    id     TEXT PRIMARY KEY,
    at     INTEGER NOT NULL,
    answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What can be undone: how something was before and after each change a person made. Changes that
-- are one with others are undone with them.
CREATE TABLE change (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    label    TEXT NOT NULL,
    event    BLOB REFERENCES event (id) ON DELETE RESTRICT,
    calendar BLOB REFERENCES calendar (id) ON DELETE RESTRICT,
    person   BLOB REFERENCES person (id) ON DELETE RESTRICT,
    import   TEXT,
    before   TEXT,
    after    TEXT,
    tail     TEXT,
    one_with TEXT,
    undone   INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
    CHECK ((event IS NOT NULL) + (calendar IS NOT NULL) + (person IS NOT NULL) + (import IS NOT NULL) = 1),
    CHECK (before IS NOT NULL OR after IS NOT NULL OR import IS NOT NULL)
) STRICT;

-- The steps of an import, in the order they were taken; undone, those that lead back again.
CREATE TABLE trail (
    change INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    steps  TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
    PRIMARY KEY (change, n)
) STRICT, WITHOUT ROWID;

-- What clocks do in the zones of the events by the zone data they were planned with, to compare
-- newer data with.
CREATE TABLE clocks (
    zone   TEXT PRIMARY KEY CHECK (length(zone) > 0),
    clocks TEXT NOT NULL CHECK (json_valid(clocks))
) STRICT, WITHOUT ROWID;

-- Occurrences that newer zone data put at another instant, until somebody has seen them.
CREATE TABLE moved (
    event    BLOB NOT NULL REFERENCES event (id) ON DELETE RESTRICT,
    original TEXT NOT NULL CHECK (length(original) > 0),
    was      INTEGER NOT NULL,
    starts   INTEGER NOT NULL,
    label    TEXT NOT NULL,
    PRIMARY KEY (event, original)
) STRICT, WITHOUT ROWID;

-- What the service says of itself; at most one row.
CREATE TABLE service_status (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    pid       INTEGER NOT NULL,
    program   TEXT NOT NULL,
    started   INTEGER NOT NULL,
    passed    INTEGER NOT NULL,
    notifier  TEXT,
    tray      INTEGER CHECK (tray IN (0, 1)),
    stopped   INTEGER
) STRICT;

INSERT INTO calendar VALUES (zeroblob(16), 'Personal', 'indigo', 1, 0, NULL);
INSERT INTO channel (id, kind, name, network, guarantee, retries)
    VALUES (zeroblob(16), 'desktop', 'desktop', 'loopback', 'never-miss', 'long');

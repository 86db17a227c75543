//! Aim: a row whose clock has come is looked at, and nobody sleeps beyond the clock of one that has
//! not: the two questions the service lives by say what the pure machine says. Method: one row of a
//! real ledger in all that matters about it, and each thing that may keep its channel from being used.

use calendar::{
    delivery::{Class, clock},
    timing::later,
};
use rusqlite::{Connection, StatementStatus};

use super::{frame::without_triggers, *};
use crate::ledger::{Ledger, event};

/// Now, in milliseconds.
const NOW: i64 = 1_800_000_000_000;
const MONTH: i64 = 30 * 86_400_000;
/// From now on, in milliseconds: around what the questions compare.
const DUES: [i64; 7] = [-MONTH - 1, -MONTH, 1 - MONTH, -3_600_000, 0, 1, 3_600_000];
const ENDS: [Option<i64>; 5] = [None, Some(-1), Some(0), Some(1), Some(7_200_000)];
const WAITS: [i64; 4] = [-1, 0, 1, 600_000];

/// What a row is about, besides its state: its channel, its event and whether it rings at any hour.
struct About {
    webhook: bool,
    event: Option<u8>,
    alarm: bool,
}

/// Events: one planned up to tomorrow, one of runs that leave each other no room, one still to be
/// planned.
const PLANNED: u8 = 1;
const RUNS: u8 = 2;
const TO_PLAN: u8 = 3;

const ABOUT: [About; 6] = [
    About { webhook: true, event: None, alarm: false },
    About { webhook: false, event: Some(PLANNED), alarm: false },
    About { webhook: false, event: Some(PLANNED), alarm: true },
    About { webhook: true, event: Some(PLANNED), alarm: false },
    About { webhook: true, event: Some(RUNS), alarm: false },
    About { webhook: true, event: Some(TO_PLAN), alarm: false },
];

fn id(n: u8) -> [u8; 16] {
    [n; 16]
}

/// A ledger with a webhook, those events and one row.
fn with_a_row(tx: &Connection) {
    let webhook = "INSERT INTO channel (id, kind, name, network, guarantee, retries, url, secret)
        VALUES (?1, 'webhook', 'lamp', 'public', 'never-miss', 'long', x'00', x'00')";
    tx.execute(webhook, [id(9)]).expect("a channel");
    let event = "INSERT INTO event (id, series_root, calendar, kind, title, place, description, start, gap, fold, days,
        seconds, rules, rdates, exdates, overrides, enabled, version, spans_from, spans_until, decided_until, plan_at,
        created_at, updated_at, overlap)
        SELECT ?1, ?1, id, 'workflow', 'Lamp', '', '', '20270115T080000', '', '', 0, 0, '[]', '[]', '[]', '{}', 1, 1, 0,
        0, 0, ?2, 0, 0, ?3 FROM calendar LIMIT 1";
    for (n, plan_at, overlap) in
        [(PLANNED, NOW + 1, "allow"), (RUNS, NOW + 1, "skip"), (TO_PLAN, NOW, "allow")]
    {
        assert_eq!(tx.execute(event, params![id(n), plan_at, overlap]).expect("an event"), 1);
    }
    let row = "INSERT INTO delivery (id, key, subject, occurrence, reminder, channel, gen, state, reason, due, schedule,
        over, grace, collapse, label, starts, ends, tzdata, created_at, updated_at)
        VALUES (?1, ?2, 'evt', 'o', 't:PT0M', ?3, 0, 'scheduled', 'planned', 0, '', 'end', 60, 'latest', '', 0, 0, '', 0,
        0)";
    tx.execute(row, params![id(7), format!("occ_{:026}", 7), id(9)]).expect("a row");
}

/// The row as it stands now.
fn put(tx: &Transaction<'_>, about: &About, row: &Facts) -> DeliveryRow {
    let sql = "UPDATE delivery SET state = ?1, reason = ?2, due = ?3, use_by = ?4, not_before = ?5, owner = ?6,
        channel = ?7, event = ?8, alarm = ?9, failures = ?10, attempts = 1, token = 1, payload = x'00'
        WHERE id = ?11 AND token = token";
    let sending = row.state == State::Processing;
    let values = params![
        row.state.code(),
        row.reason.code(),
        ms(row.due),
        row.use_by.map(ms),
        row.not_before.map(ms),
        sending.then_some(id(5)),
        id(if about.webhook { 9 } else { 0 }),
        about.event.map(id),
        about.alarm,
        row.failures,
        id(7),
    ];
    assert_eq!(tx.prepare_cached(sql).expect("said").execute(values).expect("put"), 1);
    find(tx, DeliveryId::from_bytes(id(7))).expect("readable").expect("a row")
}

/// Every live row there can be, in every way that matters here.
fn rows() -> Vec<Facts> {
    let mut all = Vec::new();
    for state in State::ALL.into_iter().filter(|state| state.class() == Class::Live) {
        let waits = matches!(state, State::Held | State::Retrying);
        let waits = if waits { WAITS.map(Some).to_vec() } else { vec![None] };
        for reason in Reason::ALL.iter().copied().filter(|reason| state.admits(*reason)) {
            for (due, use_by) in DUES.into_iter().flat_map(|due| ENDS.map(|end| (due, end))) {
                all.extend(waits.iter().map(|not_before| Facts {
                    state,
                    reason,
                    due: moment(NOW + due),
                    use_by: use_by.map(|end| moment(NOW + end)),
                    over: UseBy::End,
                    // Nothing waits beyond its end: the database sees to it.
                    not_before: not_before.map(|at| moment(NOW + use_by.unwrap_or(at).min(at))),
                    failures: u32::from(due % 2 == 0),
                    crashes: 0,
                    cancel_wanted: false,
                    desktop: false,
                    guarantee: Guarantee::NeverMiss,
                    profile: Profile::Long,
                    grace: 60,
                    spread: 0,
                }));
            }
        }
    }
    all
}

/// What may keep a row's channel from being used.
#[derive(Debug)]
enum World {
    Open,
    /// Its courier is held for just the reason the row was.
    HeldOn,
    Resting,
    Paced,
    /// One call goes to its endpoint, and nobody knows yet what it comes to.
    Tried,
}

impl World {
    const ALL: [Self; 5] = [Self::Open, Self::HeldOn, Self::Resting, Self::Paced, Self::Tried];

    fn names(&self, tx: &Transaction<'_>, row: &DeliveryRow) -> bool {
        let mut closed = Closed::default();
        let shut = vec![row.identity.channel];
        let held_for = matches!(self, Self::HeldOn).then_some(row.facts.reason);
        match self {
            Self::Open | Self::HeldOn => {}
            Self::Resting => closed.resting = shut,
            Self::Paced => closed.paced = shut,
            Self::Tried => closed.waiting = shut,
        }
        let of = |desktop| {
            let since = |from| {
                due(tx, (from, moment(NOW)), 10, desktop, held_for, &closed).expect("readable")
            };
            let found = since(Timestamp::MIN);
            let is_since = row.facts.due >= moment(NOW);
            let expected = if is_since { found.clone() } else { Vec::new() };
            assert_eq!(since(moment(NOW)), expected, "from now on: {row:?}");
            found.contains(&row.id)
        };
        assert!(
            !matches!(self, Self::Open) || !of(!row.facts.desktop),
            "another courier's: {row:?}"
        );
        of(row.facts.desktop)
    }
}

fn check(tx: &Transaction<'_>, row: &DeliveryRow) {
    let now = moment(NOW);
    let next = next_look(tx, now).expect("readable");
    let clock = clock(&row.facts);
    if let Some(at) = clock.filter(|at| *at > now) {
        assert!(next.is_some_and(|next| now < next && next <= at), "{next:?} for {row:?}");
    }
    // What waits for its endpoint is looked at when it is over, whatever becomes of that.
    let came_back = row.facts.state != State::Scheduled && row.facts.due <= now;
    if let Some(at) = row.facts.use_by.filter(|at| *at > now && came_back && clock.is_some()) {
        assert!(next.is_some_and(|next| next <= at), "{next:?} for {row:?}");
    }
    let end = row.facts.use_by.unwrap_or(later(row.facts.due, MONTH / 1_000));
    for world in World::ALL {
        let is_named = world.names(tx, row);
        let said = || format!("{world:?}: {row:?}");
        // Those that come back, or may, are looked at whenever the service wakes.
        let is_looked_at = matches!(row.facts.state, State::Pending | State::Held);
        match (clock, &world) {
            _ if row.event == Some(EventId::from_bytes(id(TO_PLAN))) => {
                assert!(!is_named, "{}", said());
                let plan = event::next_plan(tx).expect("readable");
                assert!(plan.is_some_and(|plan| plan <= now), "planned first: {}", said());
            }
            (None, _) => assert!(!is_named, "{}", said()),
            // What comes of that call is a reason to look.
            (Some(at), World::Tried) => {
                assert!(at > now || end > now || is_named, "{}", said());
            }
            (Some(at), _) if at <= now => assert!(is_named, "{}", said()),
            (Some(_), _) => assert!(is_looked_at || !is_named, "{}", said()),
        }
    }
}

#[test]
fn what_its_clock_names_is_found_and_nobody_sleeps_beyond_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = Ledger::open(&folder.path().join("ledger")).expect("a ledger");
    let looked = ledger.write(|tx| {
        with_a_row(tx);
        let mut looked = 0;
        without_triggers(tx, |_| {
            for about in &ABOUT {
                for facts in rows() {
                    check(tx, &put(tx, about, &facts));
                    looked += 1;
                }
            }
        });
        Ok(looked)
    });
    assert!(looked.expect("a ledger") > 10_000);
}

#[test]
fn what_is_due_from_now_on_is_found_without_looking_at_what_is_late() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = Ledger::open(&folder.path().join("ledger")).expect("a ledger");
    let looked = ledger.write(|tx| {
        with_a_row(tx);
        let more = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
            INSERT INTO delivery (id, key, subject, occurrence, reminder, channel, gen, state, reason, due, schedule,
                over, grace, collapse, label, starts, ends, tzdata, created_at, updated_at)
            SELECT randomblob(16), printf('occ_%026d', 100 + n), subject, occurrence || n, reminder, channel, gen, state, reason, ?1, '',
                over, grace, collapse, label, starts, ends, tzdata, created_at, updated_at FROM delivery, n";
        tx.execute(more, [NOW - 3_600_000])?;
        let cost = |from: i64| -> Result<(usize, i32)> {
            let found =
                due(tx, (moment(from), moment(NOW)), 2_000, false, None, &Closed::default())?;
            let statement = tx.prepare_cached(&format!("SELECT d.id {FROM} {DUE}"))?;
            Ok((found.len(), statement.reset_status(StatementStatus::VmStep)))
        };
        Ok((cost(0)?, cost(NOW - 600_000)?))
    });
    let ((all, much), (none, little)) = looked.expect("a ledger");
    assert_eq!((all, none), (1_001, 0));
    assert!(much > 20_000 && little < 200, "{much} and {little} steps");
}

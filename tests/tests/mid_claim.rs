//! Aim: a ledger of the first schema that was brought up while its service was at work is gone on
//! with as it was left. Method: the kept ledger with rows put into the states its service had them
//! in when it died, and a leader of today.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use acceptance::world::World;
use calendar::{delivery::State, reason::Reason};
use engine::ledger::inbox::Listed;
use rusqlite::{Connection, params};

/// Just before the service died.
const LAST: i64 = 1_795_367_360_000;

/// Steps of a row, each with its state, reason and token, and the row as they left it.
fn leave(ledger: &Connection, of: (&str, &str, bool), steps: &[(&str, &str, i64)]) {
    let (title, was, desktop) = of;
    let sql = "SELECT d.id FROM delivery d JOIN event e ON e.id = d.event WHERE e.title = ?1 AND d.state = ?2
        AND (d.channel = zeroblob(16)) = ?3 ORDER BY due LIMIT 1";
    let row: Vec<u8> = ledger
        .query_row(sql, params![title, was, desktop], |row| row.get(0))
        .unwrap_or_else(|error| panic!("{title}: {error}"));
    let mut before = was;
    for (state, reason, token) in steps {
        let sql = "INSERT INTO audit (delivery, at, boot_ms, boot_id, zone, tzdata, actor, token, from_state, to_state,
            reason, correlation) VALUES (?1, ?2, 47217090, 'boot', 'UTC', '2026e', 'service', ?3, ?4, ?5, ?6, 'act_1')";
        ledger.execute(sql, params![row, LAST, token, before, state, reason]).expect("a step");
        if *state == "processing" {
            let sql = "INSERT INTO attempt (delivery, n, token, started) VALUES (?1, ?2, ?2, ?3)";
            ledger.execute(sql, params![row, token, LAST]).expect("a try");
        } else if before == "processing" {
            let sql = "UPDATE attempt SET finished = ?2, outcome = 'unknown' WHERE delivery = ?1 AND outcome IS NULL";
            ledger.execute(sql, params![row, LAST]).expect("its end");
        }
        before = state;
    }
    let (state, reason, token) = steps.last().expect("a step");
    let sql = "UPDATE delivery SET state = ?2, reason = ?3, token = ?4, attempts = ?4, owner = ?5, not_before = NULL,
        payload = coalesce(payload, x'7b7d'), due = min(due, ?6) WHERE id = ?1";
    let owner = (*state == "processing").then_some([7u8; 16]);
    ledger.execute(sql, params![row, state, reason, token, owner, LAST]).expect("the row");
}

/// The ledger of the first schema, of a service that was killed at work.
fn killed_at_work(folder: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ledgers/1");
    for name in ["carillon.db", "secret.key"] {
        let to = folder.join(name);
        fs::copy(from.join(name), &to).expect("a kept ledger");
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("private");
    }
    let ledger = Connection::open(folder.join("carillon.db")).expect("a file");
    let schema: i64 =
        ledger.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a schema");
    assert_eq!(schema, 1);
    leave(&ledger, ("Feed the cat", "retrying", false), &[("processing", "claimed", 2)]);
    leave(&ledger, ("Feed the cat", "held", true), &[("pending", "released", 0)]);
    let reviewed = [("processing", "claimed", 1), ("review", "review.cut_off", 1)];
    leave(&ledger, ("Yoga", "scheduled", true), &reviewed);
    leave(&ledger, ("Bins out", "scheduled", true), &[("cancelled", "cancelled.edited", 0)]);
}

#[test]
fn brought_up_in_the_middle_of_a_claim_it_is_told_once_more_by_the_same_key_and_marked() {
    let mut world = World::prepared("2026-11-22T17:10[UTC]", killed_at_work);
    let find = |world: &World, title: &str, channel_is_desktop: bool| -> Listed {
        let all = world.deliveries();
        let is = |l: &&Listed| l.title == title && l.row.facts.desktop == channel_is_desktop;
        all.iter()
            .filter(is)
            .max_by_key(|l| l.row.facts.due.min(world.now()))
            .cloned()
            .expect(title)
    };
    let sending = find(&world, "Feed the cat", false);
    assert_eq!((sending.row.facts.state, sending.row.token), (State::Processing, 2));
    let others = ["Yoga", "Bins out"].map(|title| {
        let one = world.deliveries().into_iter().find(|l| {
            l.title == title && matches!(l.row.facts.state, State::Review | State::Cancelled)
        });
        one.expect(title).row
    });
    let reasons = others.each_ref().map(|row| row.facts.reason);
    assert_eq!(reasons, [Reason::ReviewCutOff, Reason::CancelledEdited]);
    world.start();

    let story = world.engine().why(sending.row.id).expect("a story");
    assert_eq!(story.delivery.row.facts.state, State::Completed);
    assert!(story.delivery.row.again, "marked, as it may have arrived twice");
    let outcomes: Vec<_> = story.attempts.iter().map(|a| a.outcome.as_deref()).collect();
    assert_eq!(outcomes, [Some("transient"), Some("unknown"), Some("accepted")]);
    let times = |key: &str| world.sent.iter().filter(|sent| sent.key == key).count();
    assert_eq!(times(&sending.row.key), 1, "{:?}", world.sent);
    let due = find(&world, "Feed the cat", true).row;
    assert_eq!((due.facts.state, times(&due.key)), (State::Completed, 1), "what was pending");
    for row in others {
        let now = world.engine().why(row.id).expect("a story").delivery.row;
        assert_eq!((now.facts.state, now.facts.reason), (row.facts.state, row.facts.reason));
        assert_eq!(times(&row.key), 0);
    }
    world.wait_until("2026-11-22T19:00");
    let times = |key: &str| world.sent.iter().filter(|sent| sent.key == key).count();
    assert_eq!((times(&sending.row.key), times(&due.key)), (1, 1), "and no more");
}

//! Aim: the database has the machine's frame, no narrower and no wider. Method: a row in every state
//! of a real ledger, every move there is for every reason, and what the pure table says of each.

use calendar::{
    delivery::{Class, State},
    reason::Reason,
};
use rusqlite::{Connection, Transaction, params};

use crate::ledger::Ledger;

/// A ledger with a row in each state, whose first byte is the state's place.
fn with_all_states() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = Ledger::open(&folder.path().join("ledger")).expect("a ledger");
    let done = ledger.write(|tx| {
        without_triggers(tx, |tx| {
            for (n, state) in (0u8..).zip(State::ALL) {
                insert(tx, n, state, reason_of(state)).expect("a row");
            }
        });
        Ok(())
    });
    done.expect("thirteen rows");
    (folder, ledger)
}

fn reason_of(state: State) -> Reason {
    let found = Reason::ALL.iter().copied().find(|reason| state.admits(*reason));
    found.expect("each state has a reason")
}

/// Rows in states in which none begins are put there with the triggers aside.
pub(super) fn without_triggers(tx: &Connection, work: impl FnOnce(&Connection)) {
    let mut statement = tx
        .prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'delivery'",
        )
        .expect("a schema");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("triggers");
    let triggers: Vec<(String, String)> =
        rows.collect::<Result<_, _>>().expect("names and statements");
    for (name, _) in &triggers {
        tx.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped");
    }
    work(tx);
    for (_, sql) in &triggers {
        tx.execute_batch(sql).expect("there again");
    }
}

fn insert(tx: &Connection, n: u8, state: State, reason: Reason) -> rusqlite::Result<usize> {
    let tried = !matches!(state, State::Scheduled | State::Skipped);
    let sql = "INSERT INTO delivery (id, key, subject, occurrence, reminder, channel, gen, state, reason, due,
        schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, not_before, token, owner, attempts,
        payload, told_at, into_row, created_at, updated_at) VALUES (?1, ?2, 'evt', ?3, 't:PT0M', zeroblob(16), 0, ?4,
        ?5, 0, '', 1000, 'end', 60, 'latest', '', 0, 0, '', ?6, ?7, ?8, ?7, x'00', ?9, ?10, 0, 0)";
    let mut id = [0u8; 16];
    id[0] = n;
    let waits = matches!(state, State::Held | State::Retrying);
    tx.execute(
        sql,
        params![
            id,
            format!("occ_{n:026}"),
            format!("o={n}"),
            state.code(),
            reason.code(),
            waits.then_some(500),
            i64::from(tried),
            (state == State::Processing).then_some([7u8; 16]),
            (state == State::Completed).then_some(1),
            (state == State::Coalesced).then_some([0u8; 16]),
        ],
    )
}

/// Whether the database lets the row of one state go to another for a reason.
fn moves(tx: &Connection, from: u8, to: State, reason: Reason) -> bool {
    let claim = i64::from(to == State::Processing && State::ALL[usize::from(from)] != to);
    let sql = "UPDATE delivery SET state = ?2, reason = ?3, not_before = ?4, owner = ?5, told_at = ?6, into_row = ?7,
        token = token + ?8, attempts = attempts + ?8 WHERE id = ?1 AND token = token";
    let mut id = [0u8; 16];
    id[0] = from;
    tx.execute_batch("SAVEPOINT one").expect("a savepoint");
    let done = tx.execute(
        sql,
        params![
            id,
            to.code(),
            reason.code(),
            matches!(to, State::Held | State::Retrying).then_some(900),
            (to == State::Processing).then_some([9u8; 16]),
            (to == State::Completed).then_some(2),
            (to == State::Coalesced).then_some([1u8; 16]),
            claim,
        ],
    );
    tx.execute_batch("ROLLBACK TO one; RELEASE one").expect("rolled back");
    done.is_ok_and(|rows| rows == 1)
}

fn with(work: impl FnOnce(&Transaction<'_>)) {
    let (_folder, mut ledger) = with_all_states();
    let done = ledger.write(|tx| {
        work(tx);
        Ok(())
    });
    done.expect("looked at");
}

#[test]
fn the_database_allows_the_moves_of_the_machine_and_no_others() {
    with(|tx| {
        for (n, from) in (0u8..).zip(State::ALL) {
            for to in State::ALL.into_iter().filter(|to| *to != from) {
                let allowed = moves(tx, n, to, reason_of(to));
                assert_eq!(allowed, from.may_become(to), "{from} to {to}");
            }
        }
    });
}

#[test]
fn the_database_knows_which_reasons_each_state_takes() {
    with(|tx| {
        for (n, from) in (0u8..).zip(State::ALL) {
            for to in from.leads_to() {
                for reason in Reason::ALL {
                    let allowed = moves(tx, n, *to, *reason);
                    assert_eq!(allowed, to.admits(*reason), "{from} to {to} for {reason}");
                }
            }
        }
    });
}

#[test]
fn a_row_begins_where_the_machine_does() {
    let (_folder, mut ledger) = with_all_states();
    let done = ledger.write(|tx| {
        for state in State::ALL {
            let sql = "INSERT INTO delivery (id, key, subject, occurrence, reminder, channel, gen, state, reason, due,
                schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, not_before, owner, payload,
                told_at, into_row, created_at, updated_at) SELECT randomblob(16), key, subject, occurrence, reminder,
                channel, 1, state, reason, due, schedule, use_by, over, grace, collapse, label, starts, ends, tzdata,
                not_before, owner, payload, told_at, into_row, created_at, updated_at FROM delivery WHERE state = ?1";
            let done = tx.execute(sql, [state.code()]).is_ok_and(|rows| rows == 1);
            let begins = State::FIRST.contains(&state);
            let fits = state != State::Pending || reason_of(state) == Reason::Planned;
            assert_eq!(done, begins && fits, "{state}");
        }
        Ok(())
    });
    done.expect("looked at");
}

#[test]
fn an_attempt_goes_with_a_claim_and_nothing_waits_beyond_its_end() {
    with(|tx| {
        let refused = |sql: &str| tx.execute_batch(sql).is_err();
        for sql in [
            "UPDATE delivery SET attempts = attempts + 1 WHERE state = 'pending'",
            "UPDATE delivery SET token = token + 1 WHERE state = 'processing'",
            "UPDATE delivery SET state = 'processing', reason = 'claimed', owner = zeroblob(16)
                WHERE state = 'pending' AND token = 1",
            "UPDATE delivery SET not_before = 1001 WHERE state = 'held'",
            "UPDATE delivery SET not_before = NULL WHERE state = 'held'",
            "UPDATE delivery SET not_before = 1001 WHERE state = 'retrying'",
            "UPDATE delivery SET use_by = 499 WHERE state = 'held'",
            "INSERT INTO attempt (delivery, n, token, started) SELECT id, 1, 1, 0 FROM delivery WHERE state = 'pending'",
            "INSERT INTO attempt (delivery, n, token, started) SELECT id, 2, 1, 0 FROM delivery WHERE state = 'processing'",
            "INSERT INTO attempt (delivery, n, token, started) SELECT id, 1, 2, 0 FROM delivery WHERE state = 'processing'",
        ] {
            assert!(refused(sql), "{sql}");
        }
        for sql in [
            "UPDATE delivery SET not_before = 1000 WHERE state IN ('held', 'retrying')",
            "UPDATE delivery SET use_by = NULL WHERE state = 'held'",
            "INSERT INTO attempt (delivery, n, token, started) SELECT id, 1, 1, 0 FROM delivery WHERE state = 'processing'",
        ] {
            assert!(!refused(sql), "{sql}");
        }
    });
}

#[test]
fn what_has_ended_keeps_all_that_it_says() {
    with(|tx| {
        for state in State::ALL {
            let others = ["due = due + 1", "use_by = NULL", "told_at = 9", "reason = reason"];
            for change in others {
                let sql = format!("UPDATE delivery SET {change} WHERE state = '{}'", state.code());
                let refused = tx.execute(&sql, []).err().map(|error| error.to_string());
                let is_final = refused.is_some_and(|words| words.contains("never changes"));
                assert_eq!(is_final, state.class() == Class::Final, "{sql}");
            }
        }
    });
}

#[test]
fn a_name_is_had_by_one_row_until_that_is_cancelled_untried() {
    with(|tx| {
        let again = |state: State| {
            let sql = "INSERT INTO delivery (id, key, subject, occurrence, reminder, channel, gen, state, reason, due,
                schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, created_at, updated_at)
                SELECT randomblob(16), 'occ_' || hex(randomblob(13)), subject, occurrence, reminder, channel, gen,
                'scheduled', 'planned', due, schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, 0, 0
                FROM delivery WHERE state = ?1 LIMIT 1";
            tx.execute(sql, [state.code()]).map_err(|error| error.to_string())
        };
        for state in State::ALL {
            let refused = again(state).expect_err("the name is taken");
            assert!(refused.contains("UNIQUE"), "{state}: {refused}");
        }
        without_triggers(tx, |tx| {
            let sql = "UPDATE delivery SET attempts = 0, token = 0 WHERE state = 'cancelled'";
            tx.execute(sql, []).expect("as if never tried");
        });
        assert_eq!(again(State::Cancelled), Ok(1));
    });
}

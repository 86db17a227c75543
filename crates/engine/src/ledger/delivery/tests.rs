//! What the hot questions cost: asked of the planner, not of a clock.

use rusqlite::{Connection, StatementStatus};

use super::*;
use crate::ledger::{Ledger, inbox};

#[test]
fn what_is_asked_all_the_time_never_reads_the_whole_table() {
    let connection = Connection::open_in_memory().expect("memory");
    connection.execute_batch(include_str!("../migrations/0001.sql")).expect("the schema");
    connection.execute_batch(include_str!("../migrations/0002.sql")).expect("the schema");
    let rows = |rest| format!("SELECT {COLUMNS} {FROM} {rest}");
    let waiting = [inbox::waiting_sql(), inbox::count_sql()];
    let planning = [rows(DUE), rows(NEWEST), rows(LIVE_OF), NEXT_LOOK.to_string()];
    for sql in planning.into_iter().chain(waiting) {
        let mut statement =
            connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let steps = statement
            .raw_query()
            .mapped(|row| row.get::<_, String>(3))
            .filter_map(std::result::Result::ok);
        let scans: Vec<_> = steps
            .filter(|step| {
                ["SCAN delivery", "SCAN d", "SCAN e"].iter().any(|s| step.starts_with(s))
            })
            .filter(|step| !step.contains("delivery_ready"))
            .collect();
        assert!(scans.is_empty(), "{scans:?} in\n{sql}");
    }
}

#[test]
fn a_statement_is_prepared_once_whatever_is_bound_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = Ledger::open(&folder.path().join("ledger")).expect("a ledger");
    let prepared_anew = ledger.read(|tx| {
        for subject in ["one", "another"] {
            assert!(live_of(tx, subject)?.is_empty());
        }
        let sql = format!("SELECT {COLUMNS} {FROM} {LIVE_OF}");
        Ok(tx.prepare_cached(&sql)?.get_status(StatementStatus::RePrepare))
    });
    assert_eq!(prepared_anew.expect("readable"), 0);
}

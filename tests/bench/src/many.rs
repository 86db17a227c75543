//! Ledgers with very many events: one is made as a person makes it, and copied row by row with
//! other names and other moments, so that a million take seconds.

use std::path::Path;

use calendar::id::EventId;
use rusqlite::{Connection, params};

/// Copies the only event of a ledger, as [`copy_event`] does.
pub(crate) fn copy(folder: &Path, count: usize, apart_ms: i64) {
    let ledger = Connection::open(folder.join("carillon.db")).expect("a ledger");
    let only = ledger.query_row("SELECT hex(id) FROM event", [], |row| row.get::<_, String>(0));
    copy_named(ledger, &only.expect("an event"), count, apart_ms);
}

/// Copies an event that is in UTC, its reminders, its deliveries and what is known of those, so many
/// times. Copy `n` is, and is due, `apart_ms * n` later than the one copied.
pub(crate) fn copy_event(folder: &Path, event: EventId, count: usize, apart_ms: i64) {
    let ledger = Connection::open(folder.join("carillon.db")).expect("a ledger");
    let hex: String = event.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    copy_named(ledger, &hex, count, apart_ms);
}

fn copy_named(mut ledger: Connection, of: &str, count: usize, apart_ms: i64) {
    ledger.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;").expect("settings");
    let tx = ledger.transaction().expect("a transaction");
    let found = format!("SELECT rowid, start FROM event WHERE id = x'{of}'");
    let (which, start): (i64, String) =
        tx.query_row(&found, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("an event");
    // Named after the event, the row of it and the copy.
    let name = |nth: &str| format!("printf('%08x%08x%016x', {which}, {nth}, n)");
    let (event, row) = (format!("unhex({})", name("0")), format!("unhex({})", name("nth")));
    let later = |column: &str| format!("{column} + n * {apart_ms}");
    let moved = |columns: &[&'static str]| -> Vec<(&'static str, String)> {
        columns.iter().map(|column| (*column, later(column))).collect()
    };
    let first: jiff::civil::DateTime = start.parse().expect("a local start");
    let seconds = first.to_zoned(jiff::tz::TimeZone::UTC).expect("UTC has no gaps").timestamp();
    let seconds = seconds.as_second();
    let at = format!("strftime('%Y%m%dT%H%M%S', {seconds} + n * {apart_ms} / 1000, 'unixepoch')");
    let of_event = [
        vec![("id", event.clone()), ("series_root", event.clone()), ("start", at.clone())],
        moved(&["spans_from", "spans_until"]),
    ];
    let of_delivery = [
        vec![("id", row.clone()), ("event", event.clone())],
        vec![("subject", format!("'evt_' || {}", name("0")))],
        vec![("occurrence", format!("replace(occurrence, '{start}', {at})"))],
        vec![("key", format!("'occ_' || printf('%05d%05d%016d', {which}, nth, n)"))],
        moved(&["due", "use_by", "starts", "ends"]),
    ];
    let step = vec![("seq", "NULL".to_string()), ("delivery", row)];
    let told =
        format!("FROM audit JOIN delivery d ON d.id = audit.delivery WHERE d.event = x'{of}'");
    for (from, columns) in [
        (format!("event.*, 0 AS nth FROM event WHERE id = x'{of}'"), of_event.concat()),
        (
            format!("reminder.*, 0 AS nth FROM reminder WHERE event = x'{of}'"),
            vec![("event", event)],
        ),
        (
            format!("delivery.*, rowid AS nth FROM delivery WHERE event = x'{of}'"),
            of_delivery.concat(),
        ),
        (format!("audit.*, d.rowid AS nth {told}"), step),
    ] {
        copy_rows(&tx, &from, &columns, count);
    }
    tx.commit().expect("a commit");
    ledger.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE;").expect("a checkpoint");
}

/// What is selected, `table.*` and which row it is, so many times more, with these columns otherwise.
fn copy_rows(tx: &Connection, selected: &str, columns: &[(&str, String)], count: usize) {
    let table = selected.split('.').next().expect("a table");
    let names = "SELECT name FROM pragma_table_info(?1) ORDER BY cid";
    let mut statement = tx.prepare(names).expect("columns");
    let found = statement.query_map([table], |row| row.get::<_, String>(0)).expect("columns");
    let found: Vec<String> = found.collect::<Result<_, _>>().expect("columns");
    let value = |name: &String| {
        let own = columns.iter().find(|(column, _)| column == name);
        own.map_or_else(|| name.clone(), |(_, value)| value.clone())
    };
    let values: Vec<String> = found.iter().map(value).collect();
    let sql = format!(
        "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?1),
            first AS MATERIALIZED (SELECT {selected})
         INSERT INTO {table} ({}) SELECT {} FROM copies, first",
        found.join(", "),
        values.join(", "),
    );
    tx.execute(&sql, params![i64::try_from(count).expect("few enough")]).expect("copies");
}

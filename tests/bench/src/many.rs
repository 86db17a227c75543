//! Ledgers with very many events: one is made as a person makes it, and copied row by row with
//! other names and other moments, so that a million take seconds.

use std::path::Path;

use rusqlite::{Connection, params};

/// Copies the only event of a ledger, which is in UTC, its reminder, its delivery and what is known of
/// that, so many times. Copy `n` is, and is due, `apart_ms * n` later than the one copied.
pub(crate) fn copy(folder: &Path, count: usize, apart_ms: i64) {
    let mut ledger = Connection::open(folder.join("carillon.db")).expect("a ledger");
    ledger.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;").expect("settings");
    let tx = ledger.transaction().expect("a transaction");
    let subject = "'evt_' || printf('%032x', n)";
    let name = "unhex(printf('%032x', n))";
    let later = |column: &str| format!("{column} + n * {apart_ms}");
    let moved = |columns: &[&'static str]| -> Vec<(&'static str, String)> {
        columns.iter().map(|column| (*column, later(column))).collect()
    };
    let start: String =
        tx.query_row("SELECT start FROM event", [], |row| row.get(0)).expect("an event");
    let first: jiff::civil::DateTime = start.parse().expect("a local start");
    let seconds = first.to_zoned(jiff::tz::TimeZone::UTC).expect("UTC has no gaps").timestamp();
    let seconds = seconds.as_second();
    let at = format!("strftime('%Y%m%dT%H%M%S', {seconds} + n * {apart_ms} / 1000, 'unixepoch')");
    let occurrence = format!("replace(occurrence, '{start}', {at})");
    let event = [
        vec![("id", name.to_string()), ("series_root", name.into()), ("start", at.clone())],
        moved(&["spans_from", "spans_until"]),
    ];
    let due = moved(&["due", "use_by", "starts", "ends"]);
    let delivery = [
        vec![("id", name.to_string()), ("event", name.into()), ("subject", subject.into())],
        vec![("occurrence", occurrence)],
        vec![("key", "'occ_' || printf('%026d', n)".into())],
        due,
    ];
    let of_event = vec![("event", name.to_string())];
    let step = vec![("seq", "NULL".to_string()), ("delivery", name.into())];
    for (table, columns) in [
        ("event", event.concat()),
        ("reminder", of_event),
        ("delivery", delivery.concat()),
        ("audit", step),
    ] {
        copy_rows(&tx, table, &columns, count);
    }
    tx.commit().expect("a commit");
    ledger.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE;").expect("a checkpoint");
}

/// Every row of a table so many times more, with these columns otherwise.
fn copy_rows(tx: &Connection, table: &str, columns: &[(&str, String)], count: usize) {
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
            first AS MATERIALIZED (SELECT * FROM {table})
         INSERT INTO {table} ({}) SELECT {} FROM copies, first",
        found.join(", "),
        values.join(", "),
    );
    tx.execute(&sql, params![i64::try_from(count).expect("few enough")]).expect("copies");
}

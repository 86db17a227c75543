//! Where the world may be touched: the clock, the ledger's SQL, the zone database.

use super::lines_saying;
use crate::{
    Finding, Source,
    scan::{View, view},
};

const CLOCK: &str = "crates/engine/src/clock.rs";
const LEDGER: &str = "crates/engine/src/ledger";

/// `now()` is asked for in one file; everybody else takes it as an argument. A test may hold a
/// stopwatch, the monotonic `Instant`.
pub fn clock_is_read_in_one_place(source: &Source) -> Vec<Finding> {
    let asks = [
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "Utc::now",
        "Local::now",
        "now_v7",
        "clock_gettime",
        "CURRENT_TIMESTAMP",
        "unixepoch(",
        "'now'",
    ];
    let ours = source.ends_with(".rs") || source.ends_with(".sql");
    // The acceptance tests watch real programs, so they live in real time; benchmarks measure it.
    let measures = source.is_under("tests") || source.path.contains("/benches/");
    if !ours || source.path == CLOCK || measures {
        return Vec::new();
    }
    let text = match source.ends_with(".sql") {
        true => source.text.clone(),
        false => view(source, View::CodeAndQuotes),
    };
    let instead =
        "take `now` as an argument, or the `Clock` port; only engine/src/clock.rs asks the system";
    let mut found = lines_saying(source, &text, &asks, instead);
    let mut stopwatch = lines_saying(
        source,
        &text,
        &["Instant::now"],
        "take `now` as an argument, or the `Clock` port; a limit is tokio's `timeout`",
    );
    let tests_begin = source.tests_begin();
    stopwatch.retain(|finding| finding.line < tests_begin);
    found.append(&mut stopwatch);
    found
}

/// SQL lives with its table.
pub fn sql_stays_in_the_ledger(source: &Source) -> Vec<Finding> {
    let handles = [".query_row(", ".prepare(", ".prepare_cached(", ".execute_batch("];
    let speaks = [
        "SELECT",
        "INSERT INTO",
        "INSERT OR",
        "DELETE FROM",
        "PRAGMA",
        "CREATE TABLE",
        "CREATE INDEX",
        "ALTER TABLE",
    ];
    let instead = "SQL belongs into a table's file in engine/src/ledger/; call a function there";
    // The acceptance tests look into the ledger from outside, as a user with sqlite3 would.
    if source.is_under(LEDGER) || source.is_under("tests") {
        return Vec::new();
    }
    if source.ends_with(".sql") {
        return vec![Finding::at(source, 1, instead)];
    }
    if !source.ends_with(".rs") {
        return Vec::new();
    }
    let text = view(source, View::CodeAndQuotes);
    let mut found = lines_saying(source, &text, &speaks, instead);
    // Only the engine can have a connection in hand.
    if source.is_under("crates/engine") {
        found.extend(lines_saying(source, &text, &handles, instead));
    }
    found
}

/// The calendar is pure: it is given zones and never asks for them, and reads nothing else either.
pub fn calendar_is_given_its_zones(source: &Source) -> Vec<Finding> {
    let asks = [
        "tz::db()",
        "TimeZone::system",
        "TimeZone::try_system",
        "TimeZone::get",
        ".in_tz(",
        "parse::<Zoned>",
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
    ];
    if !source.is_under("crates/calendar/src") || !source.ends_with(".rs") {
        return Vec::new();
    }
    lines_saying(
        source,
        &view(source, View::Code),
        &asks,
        "the calendar never touches the world: take it, or a `Zones`, as an argument",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    #[test]
    fn the_clock_is_read_in_one_place() {
        let rule = clock_is_read_in_one_place;
        good(rule, CLOCK, "let now = SystemTime::now();");
        good(
            rule,
            "crates/engine/src/pass.rs",
            "// not Instant::now()\nfn pass(now: Timestamp) {}",
        );
        good(rule, "crates/engine/src/pass.rs", "let known = 1;");
        bad(rule, "crates/engine/src/pass.rs", "let now = std::time::Instant::now();", "Clock");
        good(rule, "crates/engine/tests/fast.rs", "let start = Instant::now();");
        bad(rule, "crates/engine/tests/fast.rs", "let now = Timestamp::now();", "Timestamp::now");
        bad(rule, "crates/cli/src/main.rs", "Timestamp::now()", "Timestamp::now");
        bad(rule, "crates/engine/src/ids.rs", "Uuid::now_v7()", "now_v7");
        bad(rule, "crates/engine/src/ledger/event.rs", "\"… VALUES (unixepoch())\"", "unixepoch");
    }

    #[test]
    fn sql_stays_with_its_table() {
        let rule = sql_stays_in_the_ledger;
        good(rule, "crates/engine/src/ledger/event.rs", "\"SELECT id FROM event\"");
        good(rule, "crates/cli/src/main.rs", "let SELECTED = 1; // SELECT");
        bad(rule, "crates/cli/src/main.rs", "\"SELECT id FROM event\"", "engine/src/ledger/");
        bad(
            rule,
            "crates/engine/src/act.rs",
            "tx.query_row(ONE, [], |row| row.get(0))",
            "query_row",
        );
        bad(rule, "crates/engine/src/other.sql", "anything", "engine/src/ledger/");
    }

    #[test]
    fn the_calendar_is_given_its_zones() {
        let rule = calendar_is_given_its_zones;
        good(rule, "crates/calendar/src/zones.rs", "fn zone(zones: &Zones) {} // never tz::db()");
        good(rule, "crates/engine/src/zones.rs", "jiff::tz::db().get(name)");
        for text in
            ["jiff::tz::db().get(x)", "TimeZone::system()", "at.in_tz(x)", "std::env::var(x)"]
        {
            bad(rule, "crates/calendar/src/zones.rs", text, "as an argument");
        }
    }
}

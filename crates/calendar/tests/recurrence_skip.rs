//! Aim: days that do not exist go where SKIP (RFC 7529) sends them, and nowhere else.

use calendar::recurrence::{Rule, Series};
use jiff::civil::{Date, DateTime, date};

fn days(start: Date, text: &str, count: usize) -> Vec<String> {
    let rule = Rule::parse(text).expect("a valid rule");
    let series = Series::all_day(start.at(0, 0, 0, 0), vec![rule]);
    let from = start.at(0, 0, 0, 0);
    series.from(from, None).take(count).map(|at| at.date().to_string()).collect()
}

#[track_caller]
fn check(start: Date, text: &str, expected: &[&str]) {
    assert_eq!(days(start, text, expected.len()), expected, "{start} {text}");
}

#[test]
fn a_leap_day_birthday_under_each_policy() {
    let born = date(2024, 2, 29);
    check(
        born,
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT",
        &["2024-02-29", "2028-02-29", "2032-02-29"],
    );
    check(
        born,
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD",
        &["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"],
    );
    check(
        born,
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD",
        &["2024-02-29", "2025-03-01", "2026-03-01", "2027-03-01", "2028-02-29", "2029-03-01"],
    );
}

#[test]
fn the_31st_of_each_month() {
    let start = date(2025, 1, 31);
    check(start, "FREQ=MONTHLY;SKIP=OMIT", &["2025-01-31", "2025-03-31", "2025-05-31"]);
    check(
        start,
        "FREQ=MONTHLY;SKIP=BACKWARD",
        &["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"],
    );
    check(
        start,
        "FREQ=MONTHLY;SKIP=FORWARD",
        &["2025-01-31", "2025-03-01", "2025-03-31", "2025-05-01", "2025-05-31", "2025-07-01"],
    );
}

#[test]
fn a_day_moved_onto_another_is_there_once() {
    let start = date(2025, 1, 1);
    check(
        start,
        "FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD",
        &["2025-01-01", "2025-01-31", "2025-02-01", "2025-03-01", "2025-03-31", "2025-04-01"],
    );
    check(
        start,
        "FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=1,30;SKIP=FORWARD",
        &["2025-01-01", "2025-02-01", "2025-03-01", "2025-03-30", "2026-02-01", "2026-03-01"],
    );
    check(
        start,
        "FREQ=MONTHLY;BYMONTHDAY=29,30,31;BYMONTH=2;SKIP=BACKWARD",
        &["2025-01-01", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
    );
}

#[test]
fn a_moved_day_stays_in_its_own_period() {
    let start = date(2025, 2, 1);
    // Every second month: February's 30th is 1 March, and March itself is not asked.
    check(
        start,
        "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=30;SKIP=FORWARD",
        &["2025-02-01", "2025-03-01", "2025-04-30", "2025-06-30"],
    );
    // The last of each month's two is the moved one, though it lies in the next month.
    check(
        start,
        "FREQ=MONTHLY;BYMONTHDAY=2,31;BYSETPOS=-1;SKIP=FORWARD",
        &["2025-02-01", "2025-03-01", "2025-03-31", "2025-05-01", "2025-05-31", "2025-07-01"],
    );
    // Weekdays are asked after the move: 1 March 2025 is a Saturday, 1 May a Thursday.
    check(
        start,
        "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=SA,TH;SKIP=FORWARD",
        &["2025-02-01", "2025-03-01", "2025-05-01", "2025-05-31", "2025-07-31"],
    );
}

#[test]
fn days_from_the_end_and_shorter_periods_are_left_out_as_ever() {
    check(
        date(2025, 1, 1),
        "FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=BACKWARD",
        &["2025-01-01", "2025-03-01", "2025-05-01", "2025-07-01"],
    );
    check(
        date(2025, 1, 31),
        "FREQ=DAILY;BYMONTHDAY=31;SKIP=FORWARD",
        &["2025-01-31", "2025-03-31", "2025-05-31"],
    );
}

#[test]
fn what_is_said_without_skip_has_the_same_days() {
    let rows: [(Date, &str, Option<&str>); 12] = [
        (
            date(2024, 2, 29),
            "FREQ=YEARLY;SKIP=BACKWARD",
            Some("FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2"),
        ),
        (
            date(2024, 2, 29),
            "FREQ=YEARLY;SKIP=FORWARD;COUNT=9",
            Some("FREQ=YEARLY;COUNT=9;BYYEARDAY=60"),
        ),
        (date(2024, 3, 1), "FREQ=YEARLY;SKIP=FORWARD", Some("FREQ=YEARLY")),
        (date(2024, 2, 29), "FREQ=YEARLY;SKIP=OMIT", Some("FREQ=YEARLY")),
        (
            date(2024, 2, 29),
            "FREQ=YEARLY;INTERVAL=3;SKIP=BACKWARD",
            Some("FREQ=YEARLY;INTERVAL=3;BYMONTHDAY=-1;BYMONTH=2"),
        ),
        (date(2024, 1, 31), "FREQ=MONTHLY;SKIP=BACKWARD", Some("FREQ=MONTHLY;BYMONTHDAY=-1")),
        (
            date(2024, 1, 30),
            "FREQ=MONTHLY;SKIP=BACKWARD",
            Some("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ),
        (date(2024, 1, 31), "FREQ=MONTHLY;SKIP=FORWARD", None),
        (date(2024, 1, 28), "FREQ=MONTHLY;SKIP=FORWARD", Some("FREQ=MONTHLY")),
        (date(2024, 1, 31), "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=31;SKIP=BACKWARD", None),
        (date(2024, 1, 31), "FREQ=WEEKLY;SKIP=FORWARD", Some("FREQ=WEEKLY")),
        (
            date(2024, 4, 30),
            "FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31;SKIP=BACKWARD",
            Some("FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=4,6"),
        ),
    ];
    for (start, text, expected) in rows {
        let start: DateTime = start.at(9, 0, 0, 0);
        let lowered = Rule::parse(text).expect("a valid rule").without_skip(start);
        assert_eq!(lowered.as_ref().map(ToString::to_string).as_deref(), expected, "{text}");
        if let Some(lowered) = lowered {
            let same = days(start.date(), &lowered.to_string(), 50);
            assert_eq!(days(start.date(), text, 50), same, "{text}");
        }
    }
}

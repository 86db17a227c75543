//! Aim: our evaluator says what independent engines agree on.
//! Method: `data/recurrence/` (what it is: the README there), each case from DTSTART on, local
//! times and instants.

use calendar::recurrence::{Rule, Series};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

#[path = "zones2025b/mod.rs"]
mod zones2025b;

const STAMP: &str = "%Y%m%dT%H%M%S";

struct Case {
    label: String,
    dtstart: DateTime,
    zone: Option<TimeZone>,
    rule: Rule,
    n: usize,
    horizon: i16,
    complete: bool,
    expected: Vec<DateTime>,
    expected_utc: Vec<String>,
}

fn cases(text: &str) -> Vec<Case> {
    text.lines().map(|line| case(&serde_json::from_str(line).expect("JSON"))).collect()
}

fn case(row: &Value) -> Case {
    let text = |key: &str| row[key].as_str().expect("a text").to_owned();
    let texts = |key: &str| -> Vec<String> {
        let list = row[key].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|item| item.as_str().expect("a text").to_owned()).collect()
    };
    Case {
        label: format!("{} {} {}", text("id"), text("dtstart"), text("rrule")),
        dtstart: stamp(&text("dtstart")),
        zone: row["tzid"].as_str().map(zones2025b::zone),
        rule: Rule::parse(&text("rrule")).expect("a valid rule"),
        n: row["n"].as_u64().expect("a number") as usize,
        horizon: row["horizon"].as_i64().expect("a year") as i16,
        complete: row["complete"].as_bool().expect("a flag"),
        expected: texts("expected").iter().map(|text| stamp(text)).collect(),
        expected_utc: texts("expected_utc"),
    }
}

fn stamp(text: &str) -> DateTime {
    DateTime::strptime(STAMP, text).expect("a local time")
}

/// The vectors leave out a DTSTART that does not match; we put it first, and COUNT counts it.
/// Of two local times that are one instant they have both; we have the one that exists.
fn ours(case: &Case) -> Vec<DateTime> {
    let mut expected = case.expected.clone();
    if expected.first() != Some(&case.dtstart) {
        expected.insert(0, case.dtstart);
        if case.rule.count().is_some_and(|count| (count as usize) < expected.len()) {
            expected.pop();
        }
    }
    expected
}

fn failures(cases: &[Case]) -> Vec<String> {
    let mut failures = Vec::new();
    for case in cases {
        let series = Series::new(case.dtstart, vec![case.rule.clone()]);
        let expected = ours(case);
        let take = if case.complete { case.n + 1 } else { expected.len() };
        let zone = case.zone.as_ref();
        let found: Vec<DateTime> = series
            .from(case.dtstart, zone)
            .take_while(|at| at.year() <= case.horizon)
            .take(take)
            .collect();
        if found != expected {
            failures.push(format!("{}\n  found    {found:?}\n  expected {expected:?}", case.label));
        }
        if let Some(zone) = zone {
            let instant = |at: &DateTime| {
                let at = zone.to_timestamp(*at).expect("in range");
                at.strftime("%Y%m%dT%H%M%SZ").to_string()
            };
            let instants: Vec<String> = case.expected.iter().map(instant).collect();
            if !case.expected_utc.is_empty() && instants != case.expected_utc {
                failures.push(format!("{}: the zone database differs", case.label));
            }
        }
    }
    failures
}

fn check(text: &str, at_least: usize) {
    let cases = cases(text);
    assert!(cases.len() >= at_least, "only {} cases", cases.len());
    let failures = failures(&cases);
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn every_vector_is_met() {
    check(include_str!("data/recurrence/cases.jsonl"), 611);
}

#[test]
fn every_vector_at_a_gap_or_fold_is_met() {
    check(include_str!("data/recurrence/dst_cases.jsonl"), 150);
}

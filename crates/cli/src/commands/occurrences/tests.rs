//! Lines in, lines out.

use std::io::BufReader;

use super::answer_all;

fn answers(input: &str) -> Vec<String> {
    let mut out = Vec::new();
    answer_all(BufReader::new(input.as_bytes()), &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("text").lines().map(str::to_string).collect()
}

/// One line in, one line out.
fn check(line: &str, wanted: &str) {
    assert_eq!(answers(line), [wanted], "{line}");
}

/// One bad line in, its id and a part of the error out.
fn refused(line: &str, id: &str, reason: &str) {
    let said = answers(line);
    assert_eq!(said.len(), 1, "{line}");
    assert!(said[0].starts_with(&format!("{{\"id\":{id},\"error\":\"")), "{line}: {}", said[0]);
    assert!(said[0].contains(reason), "{line}: {}", said[0]);
}

#[test]
fn a_line_is_answered_with_nominal_times_and_instants() {
    check(
        r#"{"id":1,"dtstart":"20260301T090000","tzid":"Europe/Lisbon","rrule":"FREQ=DAILY","count":2}"#,
        r#"{"id":1,"local":["20260301T090000","20260302T090000"],"utc":["20260301T090000Z","20260302T090000Z"],"complete":false}"#,
    );
    check(
        r#"{"id":"gap","dtstart":"20270327T023000","tzid":"Europe/Berlin","rrule":"FREQ=DAILY;COUNT=3"}"#,
        r#"{"id":"gap","local":["20270327T023000","20270328T023000","20270329T023000"],"utc":["20270327T013000Z","20270328T013000Z","20270329T003000Z"],"complete":true}"#,
    );
}

#[test]
fn without_a_zone_there_are_no_instants_and_dates_stay_dates() {
    check(
        r#"{"id":null,"dtstart":"20260228","tzid":null,"rrule":"FREQ=DAILY;COUNT=2","exdate":["20260301"],"rdate":["20260305"]}"#,
        r#"{"id":null,"local":["20260228","20260305"],"utc":null,"complete":true}"#,
    );
}

#[test]
fn from_and_to_are_local_and_half_open() {
    check(
        r#"{"id":1,"dtstart":"20260301T090000","tzid":"UTC","rrule":"FREQ=DAILY","from":"20260303T090000","to":"20260305T090000"}"#,
        r#"{"id":1,"local":["20260303T090000","20260304T090000"],"utc":["20260303T090000Z","20260304T090000Z"],"complete":true}"#,
    );
}

#[test]
fn a_count_that_is_exactly_met_is_complete() {
    check(
        r#"{"id":1,"dtstart":"20260301","rrule":"FREQ=DAILY;COUNT=2","count":2}"#,
        r#"{"id":1,"local":["20260301","20260302"],"utc":null,"complete":true}"#,
    );
}

#[test]
fn a_rule_that_never_happens_is_answered_at_once() {
    check(
        r#"{"id":1,"dtstart":"20260131","rrule":"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30","from":"20260201"}"#,
        r#"{"id":1,"local":[],"utc":null,"complete":true}"#,
    );
}

#[test]
fn a_bad_line_is_refused_and_the_run_goes_on() {
    refused("no json", "null", "not understood");
    refused(r#"{"id":7}"#, "7", "dtstart");
    refused(r#"{"id":7,"dtstart":"20260230T090000"}"#, "7", "dtstart '20260230T090000'");
    refused(r#"{"id":7,"dtstart":"2026é301"}"#, "7", "dtstart");
    refused(
        r#"{"id":7,"dtstart":"20260301","tzid":"Mars/Base"}"#,
        "7",
        "zone 'Mars/Base' is not known",
    );
    refused(r#"{"id":7,"dtstart":"20260301","rrule":"FREQ=OFTEN"}"#, "7", "FREQ=OFTEN");
    refused(r#"{"id":7,"dtstart":"20260301","count":-1}"#, "7", "not understood");
    refused(&format!("{{\"id\":1,\"x\":\"{}\"}}", "a".repeat(5 << 20)), "null", "at most");
    let both = answers("[]\n\n{\"id\":2,\"dtstart\":\"20260301\"}");
    assert_eq!(both.len(), 2);
    assert_eq!(both[1], r#"{"id":2,"local":["20260301"],"utc":null,"complete":true}"#);
}

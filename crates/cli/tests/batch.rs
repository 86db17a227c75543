//! Aim: `occurrences` expands one rule or a stream of them, and a bad line ends nothing.
//! Method: the real program, lines in and lines out.

mod kit;

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use kit::Desk;
use serde_json::{Value, json};

#[test]
fn one_rule_is_expanded_for_people_and_for_programs() {
    let desk = Desk::new();
    let line = "occurrences --dtstart 20270327T023000 --zone Europe/Berlin --rrule FREQ=DAILY --exdate 20270329T023000 --count 2";
    assert_eq!(
        desk.line(line).done(),
        "Sat 27 Mar 2027, 02:30:00  2027-03-27T01:30:00Z\nSun 28 Mar 2027, 02:30:00  2027-03-28T01:30:00Z\nand so on\n"
    );
    assert_eq!(
        desk.line(&format!("{line} --json")).json(),
        json!({"local": ["20270327T023000", "20270328T023000"], "utc": ["20270327T013000Z", "20270328T013000Z"], "complete": false})
    );
    let stretch = "occurrences --dtstart 20270301 --rrule FREQ=WEEKLY --rdate 20270302 --from 20270302 --to 2027-03-15 --json";
    assert_eq!(
        desk.line(stretch).json(),
        json!({"local": ["20270302", "20270308"], "utc": null, "complete": true})
    );
    assert!(!desk.data().exists(), "no ledger is made for it");
}

#[test]
fn every_line_gets_one_answer_in_order_whatever_the_others_are() {
    let desk = Desk::new();
    let mut input = String::new();
    for n in 0..2_000 {
        input.push_str(&match n % 4 {
            0 => format!("{{\"id\":{n},\"dtstart\":\"20260301T090000\",\"tzid\":\"Europe/Lisbon\",\"rrule\":\"FREQ=DAILY\",\"count\":3}}\n"),
            1 => format!("{{\"id\":{n},\"dtstart\":\"20260301\",\"rrule\":\"FREQ=YEARLY;COUNT=2\",\"tzid\":null}}\n"),
            2 => format!("{{\"id\":{n},\"dtstart\":\"2026\",\"tzid\":\"Nowhere\"}}\n"),
            _ => "not even JSON\n".to_string(),
        });
    }
    let said = desk.piped("occurrences --batch", &input);
    let answers: Vec<Value> =
        said.done().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 2_000);
    for (n, answer) in answers.iter().enumerate() {
        let is_error = answer["error"].is_string();
        assert_eq!(is_error, n % 4 > 1, "{answer}");
        assert_eq!(answer["id"], if n % 4 == 3 { Value::Null } else { json!(n) });
    }
}

#[test]
fn who_waits_for_an_answer_before_asking_on_gets_it() {
    let desk = Desk::new();
    let mut command = desk.command(["occurrences", "--batch"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("carillon runs");
    let (mut ask, hear) =
        (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut answers = BufReader::new(hear).lines();
    for n in 0..3 {
        writeln!(ask, "{{\"id\":{n},\"dtstart\":\"20260301\"}}").expect("asked");
        let answer = answers.next().expect("an answer").expect("text");
        assert_eq!(
            answer,
            format!("{{\"id\":{n},\"local\":[\"20260301\"],\"utc\":null,\"complete\":true}}")
        );
    }
    drop(ask);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let desk = Desk::new();
    let mut command = desk.command(["occurrences", "--batch"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("carillon runs");
    drop(child.stdout.take());
    let mut ask = child.stdin.take().expect("a pipe");
    // The pipe may be closed from the other side already.
    writeln!(ask, "{{\"id\":1,\"dtstart\":\"20260301\"}}").unwrap_or(());
    drop(ask);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

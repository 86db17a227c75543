//! Aim: a line of cron becomes the rule that runs when cron would, or a refusal in words.
//! Method: a table of lines with their rules; and every line against a brute-force reading of
//! cron, minute by minute.

use calendar::recurrence::{Cron, Series};
use jiff::{
    ToSpan as _,
    civil::{DateTime, date},
};

const NOW: DateTime = date(2026, 11, 22).at(12, 34, 0, 0);

/// The line, its first run, its rule.
const ROWS: [(&str, &str, &str); 22] = [
    ("0 9 * * 1-5", "2026-11-23T09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("0 9 * * mon-fri", "2026-11-23T09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("30 7 * * *", "2026-11-23T07:30", "FREQ=DAILY"),
    ("34 12 * * *", "2026-11-22T12:34", "FREQ=DAILY"),
    ("0 9,17 * * *", "2026-11-22T17:00", "FREQ=DAILY;BYHOUR=9,17"),
    ("0,30 9 * * *", "2026-11-23T09:00", "FREQ=DAILY;BYMINUTE=0,30"),
    ("*/15 * * * *", "2026-11-22T12:45", "FREQ=HOURLY;BYMINUTE=0,15,30,45"),
    ("5 * * * *", "2026-11-22T13:05", "FREQ=HOURLY"),
    ("* * * * *", "2026-11-22T12:34", "FREQ=MINUTELY"),
    ("* 9 * * *", "2026-11-23T09:00", "FREQ=MINUTELY;BYHOUR=9"),
    ("0 */4 * * *", "2026-11-22T16:00", "FREQ=DAILY;BYHOUR=0,4,8,12,16,20"),
    ("0 8 1 * *", "2026-12-01T08:00", "FREQ=MONTHLY;BYMONTHDAY=1"),
    ("0 8 L * *", "2026-11-30T08:00", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    ("0 8 1,15 jan,jul ?", "2027-01-01T08:00", "FREQ=YEARLY;BYMONTHDAY=1,15;BYMONTH=1,7"),
    ("0 8 * 12 *", "2026-12-01T08:00", "FREQ=DAILY;BYMONTH=12"),
    ("0 8 * 12 sun", "2026-12-06T08:00", "FREQ=WEEKLY;BYDAY=SU;BYMONTH=12"),
    ("0 8 * * 5#2", "2026-12-11T08:00", "FREQ=MONTHLY;BYDAY=2FR"),
    ("0 8 * * 5L", "2026-11-27T08:00", "FREQ=MONTHLY;BYDAY=-1FR"),
    ("0 8 * * 0,6", "2026-11-28T08:00", "FREQ=WEEKLY;BYDAY=SA,SU"),
    ("0 8 * * 7", "2026-11-29T08:00", "FREQ=WEEKLY;BYDAY=SU"),
    ("0 0 29 2 *", "2028-02-29T00:00", "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2"),
    ("@weekly", "2026-11-29T00:00", "FREQ=WEEKLY;BYDAY=SU"),
];

#[test]
fn a_line_becomes_its_first_run_and_a_rule() {
    for (line, start, rule) in ROWS {
        let cron = Cron::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let (at, found) = cron.from(NOW).unwrap_or_else(|error| panic!("{line}: {error}"));
        let start: DateTime = start.parse().expect("a time");
        assert_eq!((at, found.to_string().as_str()), (start, rule), "{line}");
    }
}

#[test]
fn what_is_no_rule_is_refused_in_words() {
    let rows = [
        ("0 9 * *", "has 4 fields"),
        ("0 0 9 * * *", "has 6 fields"),
        ("@reboot", "@hourly, @daily"),
        ("60 9 * * *", "'60' is not understood as the minute"),
        ("0 24 * * *", "as the hour"),
        ("0 9 32 * *", "as the day of the month"),
        ("0 9 15W * *", "'15W' is not understood as the day of the month"),
        ("0 9 * 13 *", "as the month"),
        ("0 9 * * 8", "as the weekday"),
        ("0 9 * * mon#6", "'mon#6'"),
        ("0 22-2 * * *", "'22-2' is not understood as the hour"),
        ("5/15 * * * *", "'5/15' is not understood as the minute"),
        ("*/0 * * * *", "'*/0'"),
        ("0 9 1 * 1", "names days of the month and weekdays"),
        ("0 9 30 2 *", "never comes"),
        ("", "has 0 fields"),
        ("0 9 * * mon,,tue", "as the weekday"),
    ];
    for (line, expected) in rows {
        let said = match Cron::parse(line).and_then(|cron| cron.from(NOW)) {
            Ok((start, rule)) => panic!("{line} became {start} {rule}"),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(expected), "{line}: {said}");
    }
}

/// Whether cron runs the line in that minute: each field for itself.
fn runs(line: &str, at: DateTime) -> bool {
    let fields: Vec<&str> = line.split(' ').collect();
    let weekday = at.weekday().to_sunday_zero_offset();
    let values = [at.minute(), at.hour(), at.day(), at.month(), weekday];
    fields.iter().zip(values).all(|(field, value)| {
        field.split(',').any(|piece| {
            let (span, step) = piece.split_once('/').unwrap_or((piece, "1"));
            let (low, high) = match span.split_once('-') {
                Some((low, high)) => (low.parse().expect("a number"), high.parse().expect("one")),
                None if span == "*" => (0, 59),
                None => (span.parse().expect("a number"), span.parse().expect("a number")),
            };
            let step: i8 = step.parse().expect("a number");
            (low..=high).contains(&value) && (value - low) % step == 0
        })
    })
}

#[test]
fn it_runs_in_the_minutes_in_which_cron_does() {
    let lines = [
        "*/7 * * * *",
        "10-50/20 9-17 * * 1-5",
        "0 */5 * * *",
        "* 3 * * 2",
        "15 10 13 * *",
        "0,59 0,23 1,31 * *",
        "30 6 * 11,12 0,3",
        "*/30 */6 5-9 * *",
    ];
    for line in lines {
        let (start, rule) = Cron::parse(line).and_then(|c| c.from(NOW)).expect("it runs");
        let end = NOW.checked_add(50.days()).expect("a time");
        let series = Series::new(start, vec![rule]);
        let found: Vec<DateTime> = series.from(NOW, None).take_while(|at| *at < end).collect();
        let mut at = NOW;
        let mut expected = Vec::new();
        while at < end {
            if runs(line, at) {
                expected.push(at);
            }
            at = at.checked_add(1.minute()).expect("a time");
        }
        assert_eq!(found, expected, "{line}");
    }
}

//! Aim: what must hold for every rule, however odd.
//! Method: random rules, ends and texts with a seed; each property compares two ways to one answer.

use std::time::{Duration, Instant};

use calendar::recurrence::{Rule, Series, SeriesEnd};
use jiff::ToSpan as _;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;

#[path = "random_rules/mod.rs"]
mod random_rules;
use random_rules::{Random, seeds};
#[path = "zones2025b/mod.rs"]
mod zones2025b;

const ZONES: [&str; 6] = [
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Havana",
    "Europe/Dublin",
];

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A rule, perhaps with an end and a SKIP.
fn any_rule(random: &mut Random, start: DateTime) -> String {
    let mut text = random_rules::rule(random);
    if random.chance(25) {
        text = format!("{text};COUNT={}", random.range(1, 60));
    } else if random.chance(30) {
        let days = random.range(-1, 900).days();
        let at = start.checked_add(days).expect("a date").strftime("%Y%m%dT%H%M%S").to_string();
        let form = random.range(0, 2);
        let until = match form {
            0 => at[..8].to_owned(),
            1 => at,
            _ => format!("{at}Z"),
        };
        text = format!("{text};UNTIL={until}");
    }
    if random.chance(20) {
        let skip = random.pick(&["OMIT", "BACKWARD", "FORWARD"]);
        text = format!("RSCALE=GREGORIAN;{text};SKIP={skip}");
    }
    text
}

/// A series of up to two rules with RDATEs and EXDATEs, some of them hits.
fn any_series(random: &mut Random) -> (String, Series, Option<TimeZone>) {
    let start = random_rules::start(random);
    let mut texts = vec![any_rule(random, start)];
    if random.chance(20) {
        texts.push(any_rule(random, start));
    }
    let zone = random.chance(40).then(|| *random.pick(&ZONES));
    let all_day = zone.is_none() && random.chance(20);
    let rules: Vec<Rule> = texts.iter().map(|text| rule(text)).collect();
    let series = if all_day { Series::all_day(start, rules) } else { Series::new(start, rules) };
    let hits: Vec<DateTime> = series.from(start, None).take(12).collect();
    let dates = |random: &mut Random| -> Vec<DateTime> {
        let near = |random: &mut Random| start.checked_add(random.range(-50, 900).days());
        let mut dates: Vec<DateTime> =
            (0..random.range(0, 3)).filter_map(|_| near(random).ok()).collect();
        dates.extend(hits.iter().filter(|_| random.chance(20)));
        dates
    };
    let series = series.with_rdates(dates(random)).with_exdates(dates(random));
    let label = format!("{start} {texts:?} {zone:?} all day {all_day}");
    (label, series, zone.map(zones2025b::zone))
}

#[test]
fn what_is_written_reads_back_the_same() {
    for seed in seeds(3_000) {
        let mut random = Random(seed);
        let start = random_rules::start(&mut random);
        let text = any_rule(&mut random, start);
        let first = rule(&text);
        let written = first.to_string();
        assert_eq!(rule(&written), first, "seed {seed}: {text} became {written}");
        assert_eq!(rule(&format!("RRULE:{}", written.to_lowercase())), first, "seed {seed}");
    }
}

#[test]
fn a_walk_from_anywhere_is_the_rest_of_the_whole_walk() {
    for seed in seeds(1_000) {
        let mut random = Random(seed);
        let (label, series, zone) = any_series(&mut random);
        let begin = date(1900, 1, 1).at(0, 0, 0, 0);
        let all: Vec<DateTime> = series.from(begin, zone.as_ref()).take(60).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "seed {seed}: {label}");
        for _ in 0..6 {
            let Some(hit) = (!all.is_empty()).then(|| *random.pick(&all)) else { break };
            let near = hit.checked_add(random.range(-90_000, 90_000).seconds()).expect("a time");
            for at in [hit, near] {
                let Some(last) = all.last().filter(|last| at < **last) else { continue };
                let rest: Vec<DateTime> = all.iter().copied().filter(|next| *next > at).collect();
                let walked: Vec<DateTime> =
                    series.after(at, zone.as_ref()).take(rest.len()).collect();
                assert_eq!(walked, rest, "seed {seed}: after {at} (to {last}): {label}");
                let from = series.from(at, zone.as_ref()).next();
                assert_eq!(
                    from,
                    all.iter().copied().find(|next| *next >= at),
                    "seed {seed}: {label}"
                );
                let member = series.is_instance(at, zone.as_ref());
                assert_eq!(member, all.contains(&at), "seed {seed}: {at} in {label}");
            }
        }
    }
}

#[test]
fn count_gives_so_many_and_the_first_of_them() {
    for seed in seeds(600) {
        let mut random = Random(seed);
        let start = random_rules::start(&mut random);
        let text = random_rules::rule(&mut random);
        let most = if random.chance(30) { 700 } else { 40 };
        let count = random.range(1, most) as usize;
        let endless = Series::new(start, vec![rule(&text)]);
        let counted = Series::new(start, vec![rule(&format!("{text};COUNT={count}"))]);
        let expected: Vec<DateTime> = endless.from(start, None).take(count).collect();
        let mut cursor = counted.from(start, None);
        let found: Vec<DateTime> = cursor.by_ref().collect();
        assert_eq!(found, expected, "seed {seed}: {start} {text};COUNT={count}");
        assert_eq!(cursor.end(), Some(SeriesEnd::Finished), "seed {seed}: {text}");
    }
}

#[test]
fn hostile_rules_end_at_once() {
    let never = [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=7",
        "FREQ=SECONDLY;INTERVAL=4294967295;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=TU",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=366",
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=YEARLY;INTERVAL=4294967295",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1;BYSETPOS=-366",
    ];
    // A Monday.
    let start = date(2026, 11, 23).at(4, 0, 0, 0);
    for text in never {
        let begun = Instant::now();
        let series = Series::new(start, vec![rule(text)]);
        let mut cursor = series.from(start, None);
        assert_eq!(cursor.next(), Some(start), "{text}");
        assert_eq!(cursor.next(), None, "{text}");
        assert_eq!(cursor.end(), Some(SeriesEnd::Never), "{text}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{text}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_count_beyond_all_walking_is_reckoned() {
    let start = date(2026, 11, 24).at(9, 0, 0, 0);
    let rows = [
        ("FREQ=SECONDLY;COUNT=4294967295", "2162-12-31T15:28:14"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=60001", "2410-03-15T09:00"),
        ("FREQ=DAILY;BYHOUR=9,17;COUNT=200000", "2300-09-08T17:00"),
        ("FREQ=MINUTELY;BYMINUTE=12,13;COUNT=70000000", "6019-09-05T16:12"),
        ("FREQ=HOURLY;INTERVAL=6;BYHOUR=3,9;COUNT=5000001", "8871-08-31T09:00"),
        ("FREQ=WEEKLY;INTERVAL=4294967295;COUNT=4294967295", "2026-11-24T09:00"),
    ];
    for (text, expected) in rows {
        let begun = Instant::now();
        let series = Series::new(start, vec![rule(text)]);
        let last: DateTime = expected.parse().expect("a time");
        assert!(series.is_instance(last, None), "{text}: {last}");
        let mut cursor = series.after(last, None);
        assert_eq!((cursor.next(), cursor.end()), (None, Some(SeriesEnd::Finished)), "{text}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{text}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_count_of_more_than_a_million_is_walked_to_its_end() {
    let start = date(2026, 11, 24).at(9, 0, 0, 0);
    let text = "FREQ=MINUTELY;BYDAY=MO,TU,WE,TH,FR;COUNT=1500000";
    let series = Series::new(start, vec![rule(text)]);
    let last: DateTime = "2030-11-21T00:59".parse().expect("a time");
    assert!(series.is_instance(last, None), "{text}: {last}");
    let mut cursor = series.after(last, None);
    assert_eq!((cursor.next(), cursor.end()), (None, Some(SeriesEnd::Finished)), "{text}");
}

#[test]
fn rare_rules_are_found_however_far() {
    let rows = [
        ("2000-02-29T09:00", "FREQ=YEARLY;INTERVAL=300", "3200-02-29T09:00"),
        ("2000-02-29T09:00", "FREQ=DAILY;INTERVAL=97;BYMONTH=2;BYMONTHDAY=29", "2260-02-29T09:00"),
        (
            "2026-01-01T00:00",
            "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH;BYMONTHDAY=31;BYMONTH=12",
            "2026-12-31T00:00",
        ),
        (
            "2026-01-01T00:00:00",
            "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=5;BYMINUTE=5;BYSECOND=5",
            "2212-06-09T05:05:05",
        ),
    ];
    for (start, text, expected) in rows {
        let start: DateTime = start.parse().expect("a time");
        let series = Series::new(start, vec![rule(text)]);
        let next = series.after(start, None).next();
        assert_eq!(next, expected.parse().ok(), "{text}");
    }
}

const PIECES: [&str; 40] = [
    "FREQ",
    "=",
    ";",
    ",",
    "DAILY",
    "YEARLY",
    "SECONDLY",
    "MINUTELY",
    "MONTHLY",
    "WEEKLY",
    "HOURLY",
    "BYDAY",
    "BYSETPOS",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYHOUR",
    "UNTIL",
    "COUNT",
    "INTERVAL",
    "4294967295",
    "-1",
    "0",
    "366",
    "53",
    "31",
    "29",
    "2",
    "MO",
    "é",
    "日",
    "\u{0}",
    "TU",
    "20270304T090000Z",
    "-",
    "+",
    "SKIP",
    "FORWARD",
    "RRULE:",
];

#[test]
fn no_text_panics_and_no_step_is_long() {
    for seed in seeds(20_000) {
        let mut random = Random(seed);
        let mut text = if random.chance(70) {
            any_rule(&mut random, date(2026, 1, 31).at(9, 0, 0, 0))
        } else {
            String::new()
        };
        let piece = |random: &mut Random| -> &'static str { random.pick::<&'static str>(&PIECES) };
        for _ in 0..random.range(0, 6) {
            let cuts: Vec<usize> =
                text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let at = *random.pick(&cuts);
            match random.range(0, 2) {
                0 => text.insert_str(at, piece(&mut random)),
                1 => text.truncate(at),
                _ => text.push_str(piece(&mut random)),
            }
        }
        let Ok(rule) = Rule::parse(&text) else { continue };
        assert_eq!(Rule::parse(&rule.to_string()).as_ref(), Ok(&rule), "seed {seed}: {text}");
        let begun = Instant::now();
        let start = random_rules::start(&mut random);
        let series = Series::new(start, vec![rule]);
        let _ = series.after(start, None).take(3).count();
        let _ = series.is_instance(date(9999, 12, 31).at(23, 59, 59, 0), None);
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "seed {seed}: {text} {:?}",
            begun.elapsed()
        );
    }
}

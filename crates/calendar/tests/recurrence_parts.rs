//! Aim: parting a series changes nothing but that it is in two.
//! Method: random series with a seed, cut at random instances; the instances of both parts
//! together against those of the whole, and a few cuts one can read.

use std::collections::BTreeSet;

use calendar::recurrence::{Part, Rule, Series};
use jiff::ToSpan as _;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;

#[path = "random_rules/mod.rs"]
mod random_rules;
use random_rules::{Random, seeds};
#[path = "zones2025b/mod.rs"]
mod zones2025b;

const ZONES: [&str; 5] = [
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Havana",
];
const MOST: usize = 300;

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn series(of: &Part, all_day: bool) -> Series {
    let series = match all_day {
        true => Series::all_day(of.start, of.rules.clone()),
        false => Series::new(of.start, of.rules.clone()),
    };
    series.with_rdates(of.rdates.iter().copied()).with_exdates(of.exdates.iter().copied())
}

fn any_rule(random: &mut Random, start: DateTime) -> String {
    let text = random_rules::rule(random);
    let text = match random.range(0, 9) {
        0..=2 => format!("{text};COUNT={}", random.range(1, 200)),
        3..=5 => {
            let at = start.checked_add(random.range(1, 900).days()).expect("a date");
            let at = at.strftime("%Y%m%dT%H%M%S").to_string();
            let form = [at[..8].to_owned(), at.clone(), format!("{at}Z")];
            format!("{text};UNTIL={}", random.pick(&form))
        }
        _ => text,
    };
    match random.chance(15) {
        true => {
            let skip = random.pick(&["OMIT", "BACKWARD", "FORWARD"]);
            format!("RSCALE=GREGORIAN;{text};SKIP={skip}")
        }
        false => text,
    }
}

fn any_series(random: &mut Random) -> (String, Series, Option<TimeZone>) {
    let start = random_rules::start(random);
    let mut texts = vec![any_rule(random, start)];
    while random.chance(25) {
        texts.push(any_rule(random, start));
    }
    let zone = random.chance(60).then(|| *random.pick(&ZONES));
    let all_day = zone.is_none() && random.chance(30);
    let rules: Vec<Rule> = texts.iter().map(|text| rule(text)).collect();
    let plain = match all_day {
        true => Series::all_day(start, rules),
        false => Series::new(start, rules),
    };
    let near = |random: &mut Random| {
        let at = start.checked_add(random.range(0, 400).days()).expect("a date");
        at.checked_add((random.range(-2, 2) * 30).minutes()).expect("a date")
    };
    let some = |random: &mut Random| -> Vec<DateTime> {
        (0..random.range(0, 3)).map(|_| near(random)).collect()
    };
    let (rdates, mut exdates) = (some(random), some(random));
    exdates.extend(plain.from(start, None).take(9).filter(|_| random.chance(20)));
    let words = format!("{start} {texts:?} {zone:?} +{rdates:?} -{exdates:?}");
    let series = plain.with_rdates(rdates).with_exdates(exdates);
    (words, series, zone.map(zones2025b::zone))
}

#[test]
fn the_parts_of_a_series_have_its_instances_and_no_others() {
    let (mut parted, mut whole) = (0, 0);
    for seed in seeds(1_500) {
        let random = &mut Random(seed);
        let (words, series, zone) = any_series(random);
        let zone = zone.as_ref();
        let from = |of: &Series| -> Vec<DateTime> {
            of.from(date(1980, 1, 1).at(0, 0, 0, 0), zone).take(MOST).collect()
        };
        let all = from(&series);
        if all.len() < 2 {
            continue;
        }
        let cut = all[random.range(1, all.len() as i64 - 1) as usize];
        if cut == series.dtstart() {
            continue;
        }
        let Some((before, after)) = series.part(cut, zone) else {
            whole += 1;
            continue;
        };
        parted += 1;
        let all_day = series.is_all_day();
        let (head, tail) =
            (from(&self::series(&before, all_day)), from(&self::series(&after, all_day)));
        let said = || format!("seed {seed}: {words}\ncut {cut}\n{before:?}\n{after:?}");
        assert!(head.iter().all(|one| *one < cut), "{}\n{head:?}", said());
        assert!(tail.iter().all(|one| *one >= cut), "{}\n{tail:?}", said());
        let both: BTreeSet<DateTime> = head.iter().chain(&tail).copied().collect();
        let got: Vec<DateTime> = both.into_iter().take(all.len()).collect();
        assert_eq!(got, all, "{}", said());
        // Written and read again they are the same.
        for rule in before.rules.iter().chain(&after.rules) {
            assert_eq!(Rule::parse(&rule.to_string()).as_ref(), Ok(rule), "{}", said());
        }
    }
    assert!(parted > 20 * whole, "{whole} of {parted} could not be parted");
}

fn check(start: DateTime, rules: &[&str], cut: DateTime, zone: &str, want: [&[&str]; 2]) {
    let series = Series::new(start, rules.iter().map(|text| rule(text)).collect());
    let zone = zones2025b::zone(zone);
    let (before, after) = series.part(cut, Some(&zone)).expect("two parts");
    let texts = |part: &Part| part.rules.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!([texts(&before), texts(&after)], want.map(|texts| texts.to_vec()), "{rules:?}");
}

#[test]
fn ends_are_divided_exactly() {
    let start = date(2026, 11, 23).at(9, 0, 0, 0);
    let third = date(2026, 12, 7).at(9, 0, 0, 0);
    let zone = "Europe/Berlin";
    let rows: [(&[&str], [&[&str]; 2]); 6] = [
        (&["FREQ=WEEKLY"], [&["FREQ=WEEKLY;UNTIL=20261207T085959"], &["FREQ=WEEKLY"]]),
        (&["FREQ=WEEKLY;COUNT=5"], [&["FREQ=WEEKLY;COUNT=2"], &["FREQ=WEEKLY;COUNT=3"]]),
        (
            &["FREQ=WEEKLY;UNTIL=20270101"],
            [&["FREQ=WEEKLY;UNTIL=20261207T085959"], &["FREQ=WEEKLY;UNTIL=20270101"]],
        ),
        (
            &["FREQ=WEEKLY;UNTIL=20270104T080000Z"],
            [&["FREQ=WEEKLY;UNTIL=20261207T085959"], &["FREQ=WEEKLY;UNTIL=20270104T080000Z"]],
        ),
        // The other rule is not on that day: it says its own day, and COUNT counts the new start.
        (
            &["FREQ=WEEKLY", "FREQ=MONTHLY;COUNT=4"],
            [
                &["FREQ=WEEKLY;UNTIL=20261207T085959", "FREQ=MONTHLY;COUNT=1"],
                &[
                    "FREQ=WEEKLY",
                    "FREQ=MONTHLY;COUNT=4;BYSECOND=0;BYMINUTE=0;BYHOUR=9;BYMONTHDAY=23",
                ],
            ],
        ),
        // What is over before stays as it was.
        (
            &["FREQ=WEEKLY", "FREQ=DAILY;COUNT=3"],
            [&["FREQ=WEEKLY;UNTIL=20261207T085959", "FREQ=DAILY;COUNT=3"], &["FREQ=WEEKLY"]],
        ),
    ];
    for (rules, want) in rows {
        check(start, rules, third, zone, want);
    }
}

#[test]
fn a_time_that_clocks_skip_is_told_once_at_the_cut_too() {
    // Every half hour; 02:30 on 8 March is 03:30 in New York, where the cut is.
    let zone = zones2025b::zone("America/New_York");
    let series =
        Series::new(date(2026, 3, 7).at(0, 0, 0, 0), vec![rule("FREQ=MINUTELY;INTERVAL=30")]);
    let cut = date(2026, 3, 8).at(3, 0, 0, 0);
    let (before, after) = series.part(cut, Some(&zone)).expect("two parts");
    let head: Vec<_> = self::series(&before, false).from(before.start, Some(&zone)).collect();
    assert_eq!(head.last(), Some(&date(2026, 3, 8).at(1, 30, 0, 0)));
    assert_eq!(self::series(&after, false).from(cut, Some(&zone)).next(), Some(cut));
}

//! `./dev bench recurrence`: what recurrence costs, beside other engines, in one run and in
//! process CPU time. Each row is the best of three measurements of a tenth of a second or more,
//! by occurrence or by call; behind each figure stands how many times ours it is. Engines that
//! are programs are given as `name=program|argument`; without any, the crate `rrule` alone is beside us.

#![forbid(unsafe_code)]

use std::{hint::black_box, time::Duration};

use calendar::recurrence::{Cursor, Rule, Series};
use chrono::TimeZone as _;
use jiff::{
    Timestamp,
    civil::{DateTime, date},
    tz::TimeZone,
};
use recurrence_engines::{
    cost::{cpu, measure},
    foreign::Foreign,
    zones2025b,
};
use rrule::{RRuleSet, Tz};

const ZONE: &str = "America/New_York";
const STAMP: &str = "%Y%m%dT%H%M%S";
/// An engine slower than this a call is measured once.
const SLOW_NS: f64 = 50e6;
/// The share of the mixed series that other engines are given: one in so many.
const SAMPLE: usize = 50;

/// The other engines that are programs, and the width of the table.
struct Table {
    others: Vec<Foreign>,
}

impl Table {
    fn head(&self, what: &str) {
        print!("\n{what:<46} {:>10} {:>18}", "ours", "rrule");
        for other in &self.others {
            print!(" {:>20}", other.name);
        }
        println!();
    }

    fn row(&mut self, name: &str, ours: f64, rrule: f64, question: &[&str]) {
        print!("{name:<46} {ours:>10.1} {}", beside(Some(rrule), ours, 18));
        for other in &mut self.others {
            print!(" {}", beside(ask(other, question), ours, 20));
        }
        println!();
    }
}

/// A figure with how many times ours it is.
fn beside(theirs: Option<f64>, ours: f64, width: usize) -> String {
    let text = match theirs {
        Some(ns) => format!("{ns:.0} ({:.1})", ns / ours),
        None => "-".to_owned(),
    };
    format!("{text:>width$}")
}

/// Nanoseconds a unit by the engine's own clock, or nothing where it has no answer.
fn ask(other: &mut Foreign, question: &[&str]) -> Option<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let answer = other.ask(question).ok()?;
        let (ns, found): (f64, u64) = (answer[0].parse().ok()?, answer.get(1)?.parse().ok()?);
        if found == 0 {
            return None;
        }
        best = best.min(ns);
        if best > SLOW_NS {
            break;
        }
    }
    Some(best)
}

fn stamp(at: DateTime) -> String {
    at.strftime(STAMP).to_string()
}

fn series(start: DateTime, rule: &str) -> Series {
    Series::new(start, vec![Rule::parse(rule).expect("a valid rule")])
}

fn theirs(start: DateTime, rule: &str) -> RRuleSet {
    let text = format!("DTSTART;TZID={ZONE}:{}\nRRULE:{rule}", stamp(start));
    text.parse().expect("a rule they take")
}

fn chrono_of(at: DateTime, zone: Tz) -> chrono::DateTime<Tz> {
    let date =
        chrono::NaiveDate::from_ymd_opt(at.year().into(), at.month() as u32, at.day() as u32);
    let time = date.and_then(|date| date.and_hms_opt(at.hour() as u32, at.minute() as u32, 0));
    zone.from_local_datetime(&time.expect("a time")).earliest().expect("a local time")
}

fn instant(cursor: &mut Cursor<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let local = cursor.next()?;
    cursor.instant().or_else(|| zone.to_timestamp(local).ok())
}

/// Expansion from DTSTART on, as instants.
fn expansions(table: &mut Table, zone: &TimeZone) {
    table.head("ns per occurrence, New York, as instants");
    let start = date(2016, 1, 1).at(9, 0, 0, 0);
    let rows = [
        ("daily, ten years", "FREQ=DAILY", 3653),
        ("29 February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 25),
        ("last Friday of the month", "FREQ=MONTHLY;BYDAY=-1FR", 120),
        ("MO,WE,FR", "FREQ=WEEKLY;BYDAY=MO,WE,FR", 1560),
        ("last working day of the month", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 120),
        ("hourly", "FREQ=HOURLY", 3653),
        (
            "every 15 minutes, 9 to 17, working days",
            "FREQ=MINUTELY;INTERVAL=15;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11,12,13,14,15,16",
            3653,
        ),
    ];
    for (name, rule, count) in rows {
        let ours = series(start, rule);
        let set = theirs(start, rule);
        let a = measure(|| {
            let mut cursor = ours.from(start, Some(zone));
            (0..count)
                .map_while(|_| instant(&mut cursor, zone))
                .filter(|at| black_box(*at) > Timestamp::MIN)
                .count()
        });
        let b = measure(|| {
            set.into_iter().take(count).filter(|at| black_box(at.timestamp()) > 0).count()
        });
        let question = ["expand", &stamp(start), ZONE, rule, &count.to_string()];
        table.row(name, a, b, &question);
    }
}

/// The first instance after a moment thirty years on.
fn next_after(table: &mut Table, zone: &TimeZone) {
    table.head("ns per next-after, DTSTART 30 years back");
    let start = date(1996, 11, 22).at(9, 0, 0, 0);
    let moment = date(2026, 11, 22).at(10, 7, 0, 0);
    let rows = [
        ("daily", "FREQ=DAILY"),
        ("MO,WE,FR", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("monthly, last Friday", "FREQ=MONTHLY;BYDAY=-1FR"),
        (
            "last working day of every 3rd month",
            "FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
        ("29 February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
        ("hourly", "FREQ=HOURLY"),
        ("every 15 minutes", "FREQ=MINUTELY;INTERVAL=15"),
        ("daily, COUNT=20000", "FREQ=DAILY;COUNT=20000"),
        ("daily, UNTIL in UTC", "FREQ=DAILY;UNTIL=20301231T235959Z"),
    ];
    for (name, rule) in rows {
        let ours = series(start, rule);
        let set = theirs(start, rule).after(chrono_of(moment, Tz::America__New_York));
        let a = measure(|| black_box(ours.after(moment, Some(zone)).next()).into_iter().count());
        let b = measure(|| black_box(set.clone().all(1)).dates.len());
        table.row(name, a, b, &["next", &stamp(start), ZONE, rule, &stamp(moment)]);
    }
}

const MIX: [(&str, &[&str]); 5] = [
    (
        "daily",
        &[
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=DAILY;COUNT=5000",
            "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0",
        ],
    ),
    (
        "weekly",
        &[
            "FREQ=WEEKLY",
            "FREQ=WEEKLY;BYDAY=MO,WE,FR",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR",
            "FREQ=WEEKLY",
        ],
    ),
    (
        "monthly",
        &[
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=MONTHLY",
        ],
    ),
    (
        "yearly",
        &[
            "FREQ=YEARLY",
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "FREQ=YEARLY;BYMONTH=2,11;BYMONTHDAY=-1",
            "FREQ=YEARLY",
        ],
    ),
    (
        "hourly",
        &[
            "FREQ=HOURLY",
            "FREQ=HOURLY;INTERVAL=5;BYDAY=MO,TU",
            "FREQ=HOURLY;INTERVAL=7",
            "FREQ=HOURLY;BYHOUR=9,12,15",
        ],
    ),
];

/// 30 % daily, 30 % weekly, 25 % monthly, 10 % yearly, 5 % hourly; half of them not plain.
fn mixed(index: u64) -> (DateTime, &'static str) {
    let kind = match index % 100 {
        0..30 => 0,
        30..60 => 1,
        60..85 => 2,
        85..95 => 3,
        _ => 4,
    };
    let mut bits = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits ^= bits >> 31;
    let rule = MIX[kind].1[(bits >> 8) as usize % 4];
    let (year, month) = (2015 + (bits % 11) as i16, 1 + (bits >> 16) as i8 as u8 % 12);
    let day = 1 + (bits >> 24) as u8 % 28;
    (date(year, month as i8, day as i8).at((bits >> 40) as i8 & 15, 30, 0, 0), rule)
}

fn november(table: &mut Table, zone: &TimeZone) {
    let (from, to) = (date(2026, 11, 1).at(0, 0, 0, 0), date(2026, 12, 1).at(0, 0, 0, 0));
    let end = zone.to_timestamp(to).expect("in range");
    let all: Vec<Series> =
        (0..10_000).map(mixed).map(|(start, rule)| series(start, rule)).collect();
    let mut found = 0;
    let mut expand = |kept: bool| {
        let begun = cpu();
        found = 0;
        for index in 0..10_000 {
            let fresh;
            let one = if kept {
                &all[index as usize]
            } else {
                let (start, rule) = mixed(index);
                fresh = series(start, rule);
                &fresh
            };
            let mut cursor = one.from(from, Some(zone));
            let instants = std::iter::from_fn(|| instant(&mut cursor, zone));
            found += instants.take_while(|at| black_box(*at) < end).count();
        }
        (cpu() - begun).as_secs_f64() * 1e3
    };
    let (fresh, first, again) = (expand(false), expand(true), expand(true));
    println!("\nNovember 2026 over 10,000 mixed series: {found} occurrences");
    println!(
        "  ours: parsed and expanded {fresh:.1} ms, expanded first {first:.1} ms, again {again:.1} ms"
    );
    println!("  aim: {:.1} ms", 20.0 + found as f64 * 150e-6);
    let sample: Vec<u64> =
        (0..10_000).filter(|index| index % 51 == 0).take(10_000 / SAMPLE).collect();
    let scale = 10_000.0 / sample.len() as f64;
    println!("  others, {} series of them, times {scale:.1}:", sample.len());
    let begun = cpu();
    let mut count = 0;
    for (start, rule) in sample.iter().map(|index| mixed(*index)) {
        let zone = Tz::America__New_York;
        let set = theirs(start, rule).after(chrono_of(from, zone)).before(chrono_of(to, zone));
        count += set.all(u16::MAX).dates.len();
    }
    let say = |name: &str, ms: f64, count: u64| {
        println!("  {name:<10} {ms:>9.0} ms, {:.0} times ours ({count} found)", ms / first);
    };
    say("rrule", (cpu() - begun).as_secs_f64() * scale * 1e3, count as u64);
    for other in &mut table.others {
        let (mut spent, mut count) = (0.0, 0);
        for (start, rule) in sample.iter().map(|index| mixed(*index)) {
            let question = ["window", &stamp(start), ZONE, rule, &stamp(from), &stamp(to)];
            let Ok(answer) = other.ask(&question) else { continue };
            spent += answer[0].parse::<f64>().unwrap_or(0.0);
            count += answer.get(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        }
        say(&other.name, spent * scale / 1e6, count);
    }
}

fn parsing(table: &mut Table) {
    let text = "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20301231T235959Z";
    table.head("ns per rule");
    let ours = measure(|| black_box(Rule::parse(black_box(text))).into_iter().count());
    let b = measure(|| {
        black_box(black_box(text).parse::<rrule::RRule<rrule::Unvalidated>>()).into_iter().count()
    });
    table.row("parse", ours, b, &["parse", text]);
    let rule = Rule::parse(text).expect("a rule");
    let start = date(2026, 1, 1).at(9, 0, 0, 0);
    let a = measure(|| black_box(Series::new(start, vec![rule.clone()])).rules().len());
    println!("{:<46} {a:>10.1}", "place in time");
}

fn main() {
    let zone = zones2025b::zone(ZONE);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut table = Table { others: Foreign::all(&words, Duration::from_secs(120)) };
    expansions(&mut table, &zone);
    next_after(&mut table, &zone);
    november(&mut table, &zone);
    parsing(&mut table);
}

//! What recurrence costs, beside the crate `rrule`, in process CPU time.
//!
//! `cargo bench -p calendar --bench recurrence`. Each row runs until it has taken a fifth of a
//! second and is reported by occurrence or by call. The mixed ten thousand are sampled for
//! `rrule`, which is said.

use std::hint::black_box;
use std::time::Duration;

use calendar::recurrence::{Cursor, Rule, Series};
use chrono::TimeZone as _;
use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use rrule::{RRuleSet, Tz};
use rustix::time::{ClockId, clock_gettime};

#[path = "../tests/zones2025b/mod.rs"]
mod zones2025b;

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Nanoseconds for each unit of work; `work` says how many units it did.
fn measure(mut work: impl FnMut() -> usize) -> f64 {
    let mut batch = 1;
    loop {
        let (begun, mut units) = (cpu(), 0);
        for _ in 0..batch {
            units += work();
        }
        let spent = cpu() - begun;
        if spent > Duration::from_millis(100) {
            return spent.as_nanos() as f64 / units.max(1) as f64;
        }
        batch *= 2;
    }
}

fn row(name: &str, ours: f64, theirs: f64) {
    println!("{name:<44} {ours:>12.1} {theirs:>14.1} {:>9.1}", theirs / ours);
}

fn series(start: DateTime, rule: &str) -> Series {
    Series::new(start, vec![Rule::parse(rule).expect("a valid rule")])
}

fn theirs(start: DateTime, zone: &str, rule: &str) -> RRuleSet {
    let stamp = start.strftime("%Y%m%dT%H%M%S");
    let text = format!("DTSTART;TZID={zone}:{stamp}\nRRULE:{rule}");
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
fn expansions(zone: &TimeZone) {
    println!(
        "{:<44} {:>12} {:>14} {:>9}",
        "ns per occurrence, as instants", "ours", "rrule", "ratio"
    );
    let start = date(2016, 1, 1).at(9, 0, 0, 0);
    let rows = [
        ("daily, ten years", "FREQ=DAILY", 3653),
        ("29 February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 25),
        ("last Friday of the month", "FREQ=MONTHLY;BYDAY=-1FR", 120),
        ("MO,WE,FR", "FREQ=WEEKLY;BYDAY=MO,WE,FR", 1560),
        ("last working day of the month", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 120),
        ("hourly", "FREQ=HOURLY", 3653),
        (
            "every 15 minutes from 9 to 17, working days",
            "FREQ=MINUTELY;INTERVAL=15;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11,12,13,14,15,16",
            3653,
        ),
    ];
    for (name, rule, count) in rows {
        let ours = series(start, rule);
        let set = theirs(start, "America/New_York", rule);
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
        row(name, a, b);
    }
}

/// The first instance after a moment thirty years on.
fn next_after(zone: &TimeZone) {
    println!(
        "\n{:<44} {:>12} {:>14} {:>9}",
        "ns per next-after, DTSTART 30 years back", "ours", "rrule", "ratio"
    );
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
        let set =
            theirs(start, "America/New_York", rule).after(chrono_of(moment, Tz::America__New_York));
        let a = measure(|| black_box(ours.after(moment, Some(zone)).next()).into_iter().count());
        let b = measure(|| black_box(set.clone().all(1)).dates.len());
        row(name, a, b);
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

fn november(zone: &TimeZone) {
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
    let begun = cpu();
    let mut sampled = 0;
    for index in (0..10_000).step_by(51) {
        let (start, rule) = mixed(index);
        let zone = Tz::America__New_York;
        let set = theirs(start, "America/New_York", rule)
            .after(chrono_of(from, zone))
            .before(chrono_of(to, zone));
        sampled += set.all(u16::MAX).dates.len();
    }
    let theirs = (cpu() - begun).as_secs_f64() * 51.0 * 1e3;
    println!("\nNovember 2026 over 10,000 mixed series: {found} occurrences");
    println!(
        "  parsed and expanded {fresh:.1} ms, expanded first {first:.1} ms, again {again:.1} ms"
    );
    println!(
        "  rrule, 197 of them times 51: {theirs:.0} ms ({sampled} found), ratio {:.0}",
        theirs / first
    );
    let aim = 20.0 + found as f64 * 150e-6;
    println!("  aim: {aim:.1} ms");
}

fn parsing() {
    let text = "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20301231T235959Z";
    let ours = measure(|| black_box(Rule::parse(black_box(text))).into_iter().count());
    let b = measure(|| {
        black_box(black_box(text).parse::<rrule::RRule<rrule::Unvalidated>>()).into_iter().count()
    });
    println!("\n{:<44} {:>12} {:>14} {:>9}", "ns per rule", "ours", "rrule", "ratio");
    row("parse", ours, b);
    let rule = Rule::parse(text).expect("a rule");
    let start = date(2026, 1, 1).at(9, 0, 0, 0);
    let a = measure(|| black_box(Series::new(start, vec![rule.clone()])).rules().len());
    println!("{:<44} {a:>12.1}", "place in time");
}

fn main() {
    let zone = zones2025b::zone("America/New_York");
    expansions(&zone);
    next_after(&zone);
    november(&zone);
    parsing();
}

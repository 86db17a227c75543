//! VTIMEZONEs out of the zone database, for readers that do not know a zone by its name: yearly
//! rules where the zone keeps to some, lists of changes for the years before.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use crate::timing::LocalStart;

/// How many years ahead a rule must hold, and how far changes are listed where there is none.
const YEARS: i16 = 5;

/// A change of the clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    /// The wall time before it.
    at: DateTime,
    from: i32,
    to: i32,
    summer: bool,
    name: String,
}

/// When in a year: month, which weekday of it (-1 is the last), and the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Yearly {
    month: i8,
    nth: i8,
    weekday: Weekday,
}

impl Yearly {
    fn holds(self, at: DateTime) -> bool {
        let date = at.date();
        let nth = if self.nth > 0 { (date.day() - 1) / 7 + 1 } else { -1 };
        let is_last = date.day() + 7 > date.days_in_month();
        date.month() == self.month
            && date.weekday() == self.weekday
            && (nth == self.nth || (self.nth < 0 && is_last))
            && (self.nth > 0 || is_last)
    }
}

/// Writes the VTIMEZONE of a zone under this name, good from the year `first` on.
pub(super) fn write(
    line: &mut dyn FnMut(&str),
    (tzid, location): (&str, &str),
    zone: &TimeZone,
    (first, today): (i16, Date),
) {
    line("BEGIN:VTIMEZONE");
    line(&format!("TZID:{tzid}"));
    line(&format!("X-LIC-LOCATION:{location}"));
    let first = first.clamp(1900, 9_000) - 1;
    let last = today.year().clamp(first, 9_000) + 1;
    let begin = Date::constant(first, 1, 1).at(0, 0, 0, 0);
    let start = TimeZone::UTC.to_timestamp(begin).unwrap_or(Timestamp::UNIX_EPOCH);
    let info = zone.to_offset_info(start);
    let base = Change {
        at: begin,
        from: info.offset().seconds(),
        to: info.offset().seconds(),
        summer: info.dst().is_dst(),
        name: info.abbreviation().to_string(),
    };
    write_observance(line, &base, None, &[]);
    let changes = changes(zone, start, last + YEARS);
    let (listed, ruled) = match rules(&changes, last) {
        Some(rules) => split(changes, &rules),
        None => (changes, Vec::new()),
    };
    let mut groups: BTreeMap<(i32, i32, bool, String), Vec<DateTime>> = BTreeMap::new();
    for c in &listed {
        groups.entry((c.from, c.to, c.summer, c.name.clone())).or_default().push(c.at);
    }
    for ((from, to, summer, name), dates) in groups {
        let change = Change { at: dates[0], from, to, summer, name };
        write_observance(line, &change, None, &dates[1..]);
    }
    for (change, rule) in &ruled {
        write_observance(line, change, Some(*rule), &[]);
    }
    line("END:VTIMEZONE");
}

fn write_observance(
    line: &mut dyn FnMut(&str),
    change: &Change,
    rule: Option<Yearly>,
    further: &[DateTime],
) {
    let kind = if change.summer { "DAYLIGHT" } else { "STANDARD" };
    line(&format!("BEGIN:{kind}"));
    line(&format!("DTSTART:{}", LocalStart::first(change.at).text(false)));
    line(&format!("TZOFFSETFROM:{}", offset(change.from)));
    line(&format!("TZOFFSETTO:{}", offset(change.to)));
    line(&format!("TZNAME:{}", change.name));
    if let Some(Yearly { month, nth, weekday }) = rule {
        let day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
            [usize::try_from(weekday.to_sunday_zero_offset()).unwrap_or(0)];
        line(&format!("RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{day}"));
    }
    for dates in further.chunks(20) {
        let dates: Vec<_> = dates.iter().map(|d| LocalStart::first(*d).text(false)).collect();
        line(&format!("RDATE:{}", dates.join(",")));
    }
    line(&format!("END:{kind}"));
}

fn offset(seconds: i32) -> String {
    let (sign, s) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let mut text = format!("{sign}{:02}{:02}", s / 3600, s / 60 % 60);
    if s % 60 != 0 {
        let _ = write!(text, "{:02}", s % 60);
    }
    text
}

fn changes(zone: &TimeZone, start: Timestamp, until: i16) -> Vec<Change> {
    let mut from = zone.to_offset(start);
    let mut changes = Vec::new();
    // Ends: there are a few changes a year, and the years are bounded.
    for found in zone.following(start).take(4_000) {
        let at = from.to_datetime(found.timestamp());
        if at.year() >= until {
            break;
        }
        if found.offset() != from {
            changes.push(Change {
                at,
                from: from.seconds(),
                to: found.offset().seconds(),
                summer: found.dst().is_dst(),
                name: found.abbreviation().to_string(),
            });
        }
        from = found.offset();
    }
    changes
}

/// The yearly rules that hold in the years from `year` on, each with a change it makes.
fn rules(changes: &[Change], year: i16) -> Option<Vec<(Change, Yearly)>> {
    let of = |y: i16| changes.iter().filter(move |c| c.at.year() == y);
    let mut rules = Vec::new();
    for change in of(year) {
        let (day, date) = (change.at.day(), change.at.date());
        let nth = (day - 1) / 7 + 1;
        let yearly = |nth| Yearly { month: date.month(), nth, weekday: date.weekday() };
        let holds =
            |rule: &Yearly| (year..year + YEARS).all(|y| of(y).any(|c| made_by(c, change, *rule)));
        rules.push((change.clone(), [yearly(-1), yearly(nth)].into_iter().find(holds)?));
    }
    let all = (year..year + YEARS).all(|y| of(y).count() == rules.len());
    (all && !rules.is_empty()).then_some(rules)
}

/// Whether a change is the same as another, another year, by this rule.
fn made_by(change: &Change, like: &Change, rule: Yearly) -> bool {
    rule.holds(change.at)
        && change.at.time() == like.at.time()
        && (change.from, change.to, &change.name) == (like.from, like.to, &like.name)
}

/// Parts the changes into those before the rules held, and the first that each rule makes.
fn split(changes: Vec<Change>, rules: &[(Change, Yearly)]) -> (Vec<Change>, Vec<(Change, Yearly)>) {
    let is_ruled = |c: &Change| rules.iter().any(|(like, rule)| made_by(c, like, *rule));
    let since = changes.iter().rposition(|c| !is_ruled(c)).map_or(0, |at| at + 1);
    // A rule begins with a whole year, so that each has its first change in it.
    let year = changes.get(since).map_or(0, |c| c.at.year());
    let is_whole = changes.iter().filter(|c| c.at.year() == year && is_ruled(c)).count();
    let year = if is_whole == rules.len() && changes[..since].iter().all(|c| c.at.year() < year) {
        year
    } else {
        year + 1
    };
    let firsts = rules.iter().filter_map(|(like, rule)| {
        let mut made = changes.iter().filter(|c| c.at.year() >= year);
        made.find(|c| made_by(c, like, *rule)).map(|c| (c.clone(), *rule))
    });
    let firsts: Vec<_> = firsts.collect();
    (changes.into_iter().filter(|c| c.at.year() < year).collect(), firsts)
}

//! What is said: the lines of a notification, the digest of several, and the bytes of a webhook.
//! Made at the claim, so that no stale title is ever sent, and kept for every further try.

use std::collections::BTreeSet;

use calendar::{reason::Reason, zones::place_name};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    act::Act,
    courier::{Lateness, Notice},
    error::Result,
    ledger::{delivery::DeliveryRow, inbox::Listed, overflow::Stretch},
    nag::is_nag,
};

/// Webhook bodies hold at most this many bytes of notes.
const DESCRIPTION: usize = 16_384;
/// A digest has a line for each of this many reminders,
const LINES: usize = 6;
/// and names so many missed tasks, and so many others.
const NAMED: usize = 4;

/// What is told so many seconds after it was due or sooner needs no word about it.
pub const NOTICED: i64 = 3;

/// What the words need besides the row.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) snooze_minutes: u32,
}

impl Setting {
    /// What the words need in this transaction.
    pub(crate) fn of(act: &Act<'_>) -> Result<Self> {
        Ok(Self {
            now: act.wall(),
            zone: act.context.machine_zone(),
            snooze_minutes: act.snooze_minutes()?,
        })
    }
}

/// The notification of one reminder.
pub(crate) fn notice(listed: &Listed, late: Option<&Lateness>, setting: &Setting) -> Notice {
    let row = &listed.row;
    let test = row.event.is_none();
    let mut body = if test {
        "This is a test. If you can read it, reminders reach you.".to_string()
    } else {
        happens(listed, setting)
    };
    if let Some(late) = late.filter(|_| !test) {
        body.push_str(&format!(", {}", late_words(late, setting)));
    }
    if is_nag(&row.identity.reminder) {
        body.push_str("\nTold again: not answered yet");
    }
    if row.identity.reminder.starts_with("s:") {
        body.push_str("\nIt was snoozed");
    }
    if !listed.place.is_empty() {
        body.push_str(&format!("\n{}", listed.place));
    }
    Notice {
        key: row.key.clone(),
        title: if test { "Carillon rings".into() } else { listed.title.clone() },
        body,
        alarm: row.insist.alarm,
        digest_of: None,
        snooze_minutes: (!test).then_some(setting.snooze_minutes),
        again: row.again,
    }
}

/// What was missed while others were late.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    pub(crate) listed: Vec<Listed>,
    /// What was missed in too large a number to be told one by one.
    pub(crate) beyond: Option<Stretch>,
}

/// Why several reminders are told in one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Occasion<'a> {
    /// They are due together, and the first of them is late for this reason, if it is. The others
    /// of that time were missed.
    Due(Option<&'a Lateness>, &'a Missed),
    /// They were told before, and nobody has answered.
    Unanswered,
}

/// A digest that has room for what the next pass finds, too: so many as are told at once are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Begun {
    key: Option<String>,
    count: usize,
    birthdays: usize,
    alarm: bool,
    first: Vec<Listed>,
}

impl Begun {
    /// Whether there is one.
    pub(crate) fn is_there(&self) -> bool {
        self.key.is_some()
    }

    /// With these.
    pub(crate) fn with(mut self, rows: &[Listed]) -> Self {
        let first = rows.first().map(|l| format!("dig_{}", l.row.key.trim_start_matches("occ_")));
        self.key = self.key.or(first);
        self.count += rows.len();
        self.birthdays += rows.iter().filter(|l| l.kind == "birthday").count();
        self.alarm |= rows.iter().any(|l| l.row.insist.alarm);
        let room = LINES.saturating_sub(self.first.len());
        self.first.extend(rows.iter().take(room).cloned());
        self
    }
}

/// The one notification of several reminders. It tells how many were missed in the meantime, and
/// which, the tasks first.
pub(crate) fn digest(rows: &[Listed], occasion: Occasion<'_>, setting: &Setting) -> Notice {
    let again = rows.iter().any(|l| l.row.again);
    digest_of(&Begun::default().with(rows), again, occasion, setting)
}

/// The same of all that it was begun with.
pub(crate) fn digest_of(
    all: &Begun,
    again: bool,
    occasion: Occasion<'_>,
    setting: &Setting,
) -> Notice {
    let Begun { count: told, birthdays, .. } = *all;
    let counts = [counted(told - birthdays, "reminder"), counted(birthdays, "birthday")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let counts = counts.join(" and ");
    let none = Missed::default();
    let missed = match occasion {
        Occasion::Due(_, missed) => missed,
        Occasion::Unanswered => &none,
    };
    let mut title = match occasion {
        Occasion::Due(Some(late), _) if late.cause == Reason::LateQuiet => {
            format!("After quiet hours: {counts}")
        }
        Occasion::Due(Some(late), _) if late.cause == Reason::LatePaused => {
            format!("After the pause: {counts}")
        }
        Occasion::Due(Some(late), _) if late.cause == Reason::LateStopped => {
            format!("While Carillon was stopped, {}: {counts}", from_to(late, setting))
        }
        Occasion::Due(Some(late), _) if late.from_to.is_some() => {
            format!("While you were away, {}: {counts}", from_to(late, setting))
        }
        Occasion::Due(..) => format!("{counts} at once"),
        Occasion::Unanswered => format!("Not answered yet: {counts}"),
    };
    let count = missed.listed.len() as u64 + missed.beyond.map_or(0, |beyond| beyond.count);
    if count > 0 {
        title.push_str(&format!(", {} missed", thousands(count)));
    }
    Notice {
        key: all.key.clone().unwrap_or_default(),
        title,
        body: lines(all, missed, setting),
        alarm: all.alarm,
        digest_of: u32::try_from(told).ok(),
        snooze_minutes: None,
        again,
    }
}

/// "2 birthdays"; nothing of none.
fn counted(count: usize, word: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
}

/// "9,940"
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The lines of a digest: a few of what is told, then what was missed.
fn lines(all: &Begun, missed: &Missed, setting: &Setting) -> String {
    let told = all.first.iter();
    let mut lines: Vec<String> =
        told.map(|l| format!("{} · {}", when(&l.row, setting), isolated(&l.title))).collect();
    let more = all.count.saturating_sub(LINES);
    if more > 0 {
        lines.push(format!("and {more} more in the inbox"));
    }
    let is_task = |l: &&Listed| l.kind == "deadline";
    let (tasks, others): (Vec<_>, Vec<_>) = missed.listed.iter().partition(is_task);
    let word = if names(&tasks).len() == 1 { "Missed task" } else { "Missed tasks" };
    lines.extend(
        [(word, tasks), ("Missed", others)]
            .into_iter()
            .filter_map(|(word, some)| Some(format!("{word}: {}", enumerated(&names(&some))?))),
    );
    if let Some(beyond) = missed.beyond {
        let when = stretch(beyond.from, beyond.until, &setting.zone);
        lines.push(format!("and {} more, missed {when}", thousands(beyond.count)));
    }
    lines.join("\n")
}

/// The titles of what was missed. What has several reminders was missed once.
fn names(missed: &[&Listed]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let first = missed.iter().filter(|l| seen.insert(l.row.event));
    first.map(|l| isolated(&l.title)).collect()
}

/// "A, B and 3 more", or nothing of nothing.
fn enumerated(names: &[String]) -> Option<String> {
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!names.is_empty()).then(|| format!("{}{more}", names[..names.len().min(NAMED)].join(", ")))
}

/// What a single one that is late says of those that were missed while it could not be told.
pub(crate) fn missed_meanwhile(missed: &Missed) -> Option<String> {
    let all: Vec<&Listed> = missed.listed.iter().collect();
    Some(format!("\nMissed meanwhile: {}", enumerated(&names(&all))?))
}

/// Why it is late, as part of a sentence.
pub(crate) fn late_words(late: &Lateness, setting: &Setting) -> String {
    format!("{} {}", late.cause.sentence(), from_to(late, setting)).trim_end().into()
}

/// From when until when its cause lasted: "22:10 to 07:03", "Fri 18:10 to Mon 08:55", or nothing.
pub(crate) fn from_to(late: &Lateness, setting: &Setting) -> String {
    late.from_to.map_or_else(String::new, |(from, to)| stretch(from, to, &setting.zone))
}

/// With no more of the dates than is needed to tell the ends apart.
fn stretch(from: Timestamp, to: Timestamp, zone: &TimeZone) -> String {
    const DAY: i64 = 86_400;
    let form = match to.duration_since(from).as_secs() {
        ..DAY => "%H:%M",
        DAY..604_800 => "%a %H:%M",
        _ => "%-d %b %H:%M",
    };
    let at = |t: Timestamp| t.to_zoned(zone.clone()).strftime(form).to_string();
    format!("{} to {}", at(from), at(to))
}

/// A text of any origin beside words of ours: whichever way it is written, it turns nothing but
/// itself (first strong isolate, and the end of it), and cannot end that early.
fn isolated(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = text.chars().filter(|c| !turns(*c)).collect();
    format!("\u{2068}{plain}\u{2069}")
}

fn is_all_day(row: &DeliveryRow) -> bool {
    !row.label.contains('T')
}

/// The absolute moment, with the date unless it is today.
fn when(row: &DeliveryRow, setting: &Setting) -> String {
    if is_all_day(row) {
        return row
            .label
            .parse::<Date>()
            .map_or_else(|_| row.label.clone(), |date| date.strftime("%a %-d %b").to_string());
    }
    let start = row.span.0.to_zoned(setting.zone.clone());
    let today = setting.now.to_zoned(setting.zone.clone()).date();
    let form = if start.date() == today { "%H:%M" } else { "%a %-d %b, %H:%M" };
    let mut text = start.strftime(form).to_string();
    // The local time of the place, where that is another one.
    if let Ok(there) = row.label.parse::<jiff::Zoned>()
        && there.datetime() != start.datetime()
    {
        let place = place_name(zone_in(&row.label).unwrap_or("UTC"));
        text.push_str(&format!(" ({} in {place})", there.strftime("%H:%M")));
    }
    text
}

/// When it is, and how far away.
fn happens(listed: &Listed, setting: &Setting) -> String {
    let row = &listed.row;
    match row.label.parse::<Date>() {
        Ok(date) if listed.kind == "renewal" => renews(date, listed.notice, setting),
        Ok(_) | Err(_) => format!("{} · {}", when(row, setting), distance(row, setting.now)),
    }
}

/// "renews 31 Dec · last day to cancel 1 Dec". Without notice it can be cancelled until then.
fn renews(date: Date, notice: i64, setting: &Setting) -> String {
    let today = setting.now.to_zoned(setting.zone.clone()).date();
    let shown = |day: Date| match day.year() == today.year() {
        true => day.strftime("%-d %b").to_string(),
        false => day.strftime("%-d %b %Y").to_string(),
    };
    let last = date.checked_sub(jiff::Span::new().days(notice)).unwrap_or(date);
    let word = if date < today { "renewed" } else { "renews" };
    let cancel = if last < today { "last day to cancel was" } else { "last day to cancel" };
    match notice {
        0 => format!("{word} {}", shown(date)),
        _ => format!("{word} {} · {cancel} {}", shown(date), shown(last)),
    }
}

/// How far the start is from now.
fn distance(row: &DeliveryRow, now: Timestamp) -> String {
    let (start, end) = row.span;
    if is_all_day(row) {
        return if now < start {
            format!("in {}", length(start.duration_since(now)))
        } else if now < end {
            "today".into()
        } else {
            format!("{} ago", length(now.duration_since(end)))
        };
    }
    let away = start.duration_since(now);
    if away.abs() < SignedDuration::from_secs(60) {
        "now".into()
    } else if away.is_positive() {
        // Rounded, since the notification is a moment later than the reminder was due.
        format!("in {}", length(away + SignedDuration::from_secs(30)))
    } else {
        // What takes no time does not start.
        let began = if start < end { "started " } else { "" };
        format!("{began}{} ago", length(-away))
    }
}

fn length(span: SignedDuration) -> String {
    let minutes = span.as_mins();
    match (minutes / 1440, minutes / 60, minutes) {
        (0, 0, m) => format!("{m} min"),
        (0, h, m) if m % 60 == 0 || h >= 6 => format!("{h} h"),
        (0, h, m) => format!("{h} h {} min", m % 60),
        (1, ..) => "1 day".into(),
        (days, ..) => format!("{days} days"),
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    delivery: String,
    event: Option<String>,
    occurrence: Span<'a>,
    kind: &'a str,
    title: &'a str,
    place: &'a str,
    description: &'a str,
    reminder: &'a str,
    due: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

#[derive(Serialize)]
struct Span<'a> {
    original: String,
    start: &'a str,
    end: String,
    zone: Option<String>,
    all_day: bool,
}

/// The body of a webhook: Standard Webhooks' envelope around what is due. Fixed at the first
/// attempt; the attempt's number and time are not in it.
pub(crate) fn webhook_body(listed: &Listed, description: &str) -> Vec<u8> {
    let row = &listed.row;
    let cut = description.floor_char_boundary(DESCRIPTION.min(description.len()));
    let start: Option<jiff::Zoned> = row.label.parse().ok();
    let original =
        row.identity.occurrence.strip_prefix("o=").and_then(|rest| rest.split(';').next());
    let end = match &start {
        Some(start) => row.span.1.to_zoned(start.time_zone().clone()).to_string(),
        None => last_day(row),
    };
    let envelope = Envelope {
        r#type: if row.event.is_some() { "occurrence.due" } else { "test" },
        timestamp: utc(row.facts.due),
        data: Data {
            delivery: row.id.to_string(),
            event: row.event.map(|e| e.to_string()),
            occurrence: Span {
                original: original.unwrap_or(&row.identity.occurrence).to_string(),
                start: &row.label,
                end,
                zone: zone_in(&row.label).map(str::to_string),
                all_day: row.event.is_some() && is_all_day(row),
            },
            kind: &listed.kind,
            title: &listed.title,
            place: &listed.place,
            description: &description[..cut],
            reminder: row.identity.reminder.split_once(':').map_or("", |(_, trigger)| trigger),
            due: utc(row.facts.due),
            truncated: cut < description.len(),
        },
    };
    serde_json::to_vec(&envelope).expect("BUG: an envelope is JSON")
}

/// An instant as people read it: `Tue 24 Nov 2026, 12:00 (Europe/Lisbon)`, with seconds where
/// there are some.
pub fn spoken(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let form = if local.second() == 0 { "%a %-d %b %Y, %H:%M" } else { "%a %-d %b %Y, %H:%M:%S" };
    format!("{} ({})", local.strftime(form), zone.iana_name().unwrap_or("UTC"))
}

/// The zone an occurrence is written with, by its name: an offset is one, too.
fn zone_in(label: &str) -> Option<&str> {
    label.strip_suffix(']')?.rsplit_once('[').map(|(_, zone)| zone)
}

/// The last day an all-day row is on: counted from its first, for where its midnights lie is not
/// known here.
fn last_day(row: &DeliveryRow) -> String {
    let Ok(first) = row.label.parse::<Date>() else { return row.label.clone() };
    // Days of 23 and 25 hours, too, are nearest to whole ones.
    let hours = row.span.1.duration_since(row.span.0).as_hours();
    let days = i32::try_from((hours + 12) / 24).unwrap_or(1).max(1);
    calendar::timing::shift(first.at(0, 0, 0, 0), days - 1, 0).date().to_string()
}

/// An instant as JSON says it: RFC 3339 in UTC, milliseconds only where there are some.
pub fn utc(at: Timestamp) -> String {
    let form = if at.as_millisecond() % 1000 == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S.%3fZ"
    };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_says_no_more_than_tells_its_ends_apart() {
        for (from, to, words) in [
            ("2026-11-23T22:10:00Z", "2026-11-24T07:03:00Z", "22:10 to 07:03"),
            ("2026-11-20T18:10:00Z", "2026-11-23T08:55:00Z", "Fri 18:10 to Mon 08:55"),
            ("2026-11-10T18:10:00Z", "2026-11-23T08:55:00Z", "10 Nov 18:10 to 23 Nov 08:55"),
        ] {
            let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
            assert_eq!(stretch(at(from), at(to), &TimeZone::UTC), words);
        }
    }

    #[test]
    fn a_text_from_right_to_left_turns_only_itself() {
        assert_eq!(isolated("\u{202e}\u{5e9}\u{2069}x"), "\u{2068}\u{5e9}x\u{2069}");
    }
}

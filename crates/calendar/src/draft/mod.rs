//! An event as it comes from outside: plain texts, perhaps wrong. Checking one gives a valid
//! [`Event`] or the one field that is not, with a sentence that says what is allowed.
//!
//! The draft is also the form in which a definition is kept for undo, so it loses nothing.

mod reminders;
mod written;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

pub use self::reminders::ReminderDraft;
use crate::{
    event::{Change, Event, Override, Repeats},
    id::{CalendarId, EventId},
    kind::KindRef,
    person::Person,
    policy::Overlap,
    recurrence::Rule,
    timing::{Fold, Gap, Length, LocalStart, THEIRS, Tie, Timing},
    zones::{ZoneName, Zones},
};

/// The longest texts taken: title, place, notes, link.
const LIMITS: [usize; 4] = [500, 1_000, 65_536, 2_000];
/// The most extra dates of a series.
const MOST: usize = 10_000;

/// An event as typed, sent or read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventDraft {
    /// Kind by its word.
    pub kind: String,
    /// Calendar id.
    pub calendar: String,
    /// One line.
    pub title: String,
    /// Where.
    #[serde(default)]
    pub place: String,
    /// Notes.
    #[serde(default)]
    pub description: String,
    /// A link.
    #[serde(default)]
    pub url: String,
    /// `20270501` for all-day, `20270501T090000` otherwise.
    pub start: String,
    /// IANA name; a time without one is floating. `@Europe/Lisbon` is the zone of the person it is
    /// of, and that one if the person has none.
    #[serde(default)]
    pub zone: Option<String>,
    /// `shift` or `skip`; empty is shift.
    #[serde(default)]
    pub gap: String,
    /// `first`, `second` or `both`; empty is first.
    #[serde(default)]
    pub fold: String,
    /// How long, in nominal days and exact seconds; none is the kind's.
    #[serde(default)]
    pub length: Option<(i32, i64)>,
    /// RRULEs.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Further starts, as `start`.
    #[serde(default)]
    pub rdates: Vec<String>,
    /// Starts that do not happen.
    #[serde(default)]
    pub exdates: Vec<String>,
    /// Occurrences that differ.
    #[serde(default)]
    pub overrides: Vec<OverrideDraft>,
    /// When to tell; none is the kind's, on the desktop.
    #[serde(default)]
    pub reminders: Option<Vec<ReminderDraft>>,
    /// The person it is of.
    #[serde(default)]
    pub person: Option<String>,
    /// Not told at all.
    #[serde(default)]
    pub disabled: bool,
    /// Days of notice.
    #[serde(default, skip_serializing_if = "is_none")]
    pub notice: u32,
    /// `skip`, `buffer` or `allow`; empty is allow.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub overlap: String,
}

fn is_none(days: &u32) -> bool {
    *days == 0
}

/// One differing occurrence from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OverrideDraft {
    /// Its original start.
    pub original: String,
    /// It does not take place.
    #[serde(default)]
    pub cancelled: bool,
    /// Its present start.
    #[serde(default)]
    pub start: String,
    /// Its zone.
    #[serde(default)]
    pub zone: Option<String>,
    /// Its length.
    #[serde(default)]
    pub length: (i32, i64),
    /// Its own words.
    #[serde(default)]
    pub title: Option<String>,
    /// Its own place.
    #[serde(default)]
    pub place: Option<String>,
    /// Its own notes.
    #[serde(default)]
    pub description: Option<String>,
}

/// The one field of a draft that cannot be, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DraftError {
    /// The field's name.
    pub field: &'static str,
    /// What was tried, with which value, what is allowed.
    pub message: String,
}

/// Where a draft comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From outside: zones must be in the database.
    Outside,
    /// From the ledger, where it was valid once; a zone that newer data lost is kept.
    Ledger,
}

/// What a draft is checked against.
#[derive(Debug, Clone)]
pub struct Check<'a> {
    /// Zone data.
    pub zones: &'a Zones,
    /// The person the draft names, if it names one and there is one.
    pub person: Option<Person>,
    /// Where the draft comes from.
    pub origin: Origin,
}

fn wrong(field: &'static str, message: impl Into<String>) -> DraftError {
    DraftError { field, message: message.into() }
}

/// A text on one line: line breaks and other control characters become spaces. The overrides of
/// writing direction (U+202D, U+202E) go: no language needs them, and they make a text read as
/// another one.
fn one_line(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, '\u{202d}' | '\u{202e}'));
    let plain: String = kept.map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().into()
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

impl EventDraft {
    /// A valid event out of this draft, with this id and series root.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn check(
        &self,
        id: EventId,
        series_root: EventId,
        check: &Check<'_>,
    ) -> Result<Event, DraftError> {
        let kind: KindRef = self.kind.parse().map_err(|e: String| wrong("kind", e))?;
        let calendar: CalendarId =
            self.calendar.parse().map_err(|e| wrong("calendar", format!("{e}")))?;
        self.check_texts()?;
        let timing = self.timing(kind, check)?;
        let all_day = timing.tie.is_all_day();
        let repeats = self.repeats(all_day)?;
        let reminders = self.reminders(kind, &timing.tie, repeats.is_once())?;
        let overrides = self.overrides.iter().map(|o| o.check(check)).collect::<Result<_, _>>()?;
        if self.person.is_some() && check.person.is_none() {
            return Err(wrong(
                "person",
                format!("there is no person {}", shown(self.person.as_deref().unwrap_or(""))),
            ));
        }
        let event = Event {
            id,
            series_root,
            calendar,
            kind,
            title: one_line(&self.title),
            place: one_line(&self.place),
            description: self.description.clone(),
            url: self.url.trim().into(),
            timing,
            repeats,
            overrides,
            reminders,
            person: check.person.clone(),
            enabled: !self.disabled,
            notice: self.notice,
            overlap: self.overlap()?,
        };
        reminders::refuse_seconds(&event)?;
        check_terms(&event)?;
        kind.check(&event).map_err(|(field, message)| wrong(field, message))?;
        Ok(event)
    }

    fn overlap(&self) -> Result<Overlap, DraftError> {
        match self.overlap.as_str() {
            "" => Ok(Overlap::Allow),
            text => text.parse().map_err(|e| wrong("overlap", format!("{e}"))),
        }
    }

    fn check_texts(&self) -> Result<(), DraftError> {
        if one_line(&self.title).is_empty() {
            return Err(wrong("title", "the title is empty: an event needs one"));
        }
        let texts = [&self.title, &self.place, &self.description, &self.url];
        let fields = ["title", "place", "description", "url"];
        for ((field, text), most) in fields.into_iter().zip(texts).zip(LIMITS) {
            if text.len() > most {
                return Err(wrong(
                    field,
                    format!("the {field} has {} bytes: at most {most} are taken", text.len()),
                ));
            }
        }
        Ok(())
    }

    fn timing(&self, kind: KindRef, check: &Check<'_>) -> Result<Timing, DraftError> {
        let defaults = kind.defaults();
        let (start, tie) = read_start("start", &self.start, self.zone.as_deref(), check)?;
        let gap = match self.gap.as_str() {
            "" | "shift" => Gap::Shift,
            "skip" => Gap::Skip,
            other => {
                return Err(wrong(
                    "gap",
                    format!("gap '{}' is not known: allowed are shift and skip", shown(other)),
                ));
            }
        };
        let fold = match self.fold.as_str() {
            "" | "first" if start.fold => Fold::Second,
            "" | "first" => Fold::First,
            "second" => Fold::Second,
            "both" => Fold::Both,
            other => {
                let message = format!(
                    "fold '{}' is not known: allowed are first, second and both",
                    shown(other)
                );
                return Err(wrong("fold", message));
            }
        };
        let usual = match (tie.is_all_day(), defaults.all_day) {
            (true, false) => Length::whole_days(1),
            (false, true) => Length::minutes(60),
            (true, true) | (false, false) => defaults.length,
        };
        let length = self.length.map_or(usual, |(days, seconds)| Length { days, seconds });
        check_length(length, tie.is_all_day())?;
        Ok(Timing { tie, start: start.at, length, gap, fold })
    }

    fn repeats(&self, all_day: bool) -> Result<Repeats, DraftError> {
        if self.rules.len() > 10 {
            return Err(wrong(
                "rrule",
                format!("{} rules: at most 10 are taken", self.rules.len()),
            ));
        }
        let rules = self.rules.iter().map(|text| Rule::parse(text)).collect::<Result<_, _>>();
        let dates = |field, list: &[String]| -> Result<Vec<DateTime>, DraftError> {
            if list.len() > MOST {
                return Err(wrong(
                    field,
                    format!("{} dates: at most {} are taken", list.len(), MOST),
                ));
            }
            list.iter().map(|text| read_local(field, text, all_day)).collect()
        };
        Ok(Repeats {
            rules: rules.map_err(|e| wrong("rrule", e.to_string()))?,
            rdates: dates("rdate", &self.rdates)?,
            exdates: dates("exdate", &self.exdates)?,
        })
    }
}

fn parsed<T>(field: &'static str, text: Option<&str>) -> Result<Option<T>, DraftError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.map(str::parse).transpose().map_err(|e: T::Err| wrong(field, e.to_string()))
}

impl OverrideDraft {
    fn check(&self, check: &Check<'_>) -> Result<Override, DraftError> {
        let fail = || {
            wrong(
                "overrides",
                format!("'{}' is not a local start of the series", shown(&self.original)),
            )
        };
        let original = LocalStart::parse(&self.original).ok_or_else(fail)?;
        if self.cancelled {
            return Ok(Override { original, change: Change::Cancelled });
        }
        let (start, tie) = read_start("overrides", &self.start, self.zone.as_deref(), check)?;
        let length = Length { days: self.length.0, seconds: self.length.1 };
        check_length(length, tie.is_all_day())?;
        let change = Change::Differs {
            start,
            tie,
            length,
            title: self.title.clone(),
            place: self.place.clone(),
            description: self.description.clone(),
        };
        Ok(Override { original, change })
    }
}

/// Refuses what only other kinds have.
fn check_terms(event: &Event) -> Result<(), DraftError> {
    let kind = event.kind.word().to_lowercase();
    if event.notice > 0 && !event.kind.has_notice() {
        return Err(wrong(
            "notice",
            format!("days of notice are for renewals, and this is of the kind {kind}"),
        ));
    }
    if event.overlap != Overlap::Allow && !event.kind.is_for_programs() {
        let message =
            format!("runs that overlap are for workflows, and this is of the kind {kind}");
        return Err(wrong("overlap", message));
    }
    Ok(())
}

fn check_length(length: Length, all_day: bool) -> Result<(), DraftError> {
    let Length { days, seconds } = length;
    if days < 0 || seconds < 0 {
        return Err(wrong(
            "length",
            "the end is before the start: an event ends at or after its start",
        ));
    }
    if days > 3_660 || seconds > 3_660 * 86_400 {
        return Err(wrong(
            "length",
            format!("{days} days and {seconds} seconds long: at most ten years are taken"),
        ));
    }
    if all_day && (days == 0 || seconds != 0) {
        return Err(wrong("length", "an all-day event lasts whole days, at least one"));
    }
    Ok(())
}

fn read_local(field: &'static str, text: &str, all_day: bool) -> Result<DateTime, DraftError> {
    match LocalStart::parse(text) {
        Some(local) if !all_day || text.len() == 8 => Ok(local.at),
        _ => {
            let form = if all_day {
                "a date such as 20270501"
            } else {
                "a local time such as 20270501T090000"
            };
            Err(wrong(field, format!("'{}' is not {form}", shown(text))))
        }
    }
}

fn known_zone(name: &str, check: &Check<'_>) -> Result<ZoneName, DraftError> {
    match check.origin {
        Origin::Outside => check.zones.check(name).map_err(|e| wrong("zone", e.to_string())),
        Origin::Ledger => Ok(ZoneName::stored(name)),
    }
}

/// The tie to the zone of the person, or to the last one known. Where the person was deleted or
/// taken away, it stays theirs in name: what is told, held or asleep keeps its own, and so do later
/// edits of it.
fn their_time(last: &str, check: &Check<'_>) -> Result<Tie, DraftError> {
    let Some(person) = &check.person else {
        if last.is_empty() {
            return Err(wrong("zone", "a time in a person's zone needs the person: say whose"));
        }
        return Ok(Tie::Theirs(known_zone(last, check)?));
    };
    match &person.zone {
        Some(zone) => Ok(Tie::Theirs(zone.clone())),
        None if last.is_empty() => {
            let message = format!("{} has no zone: give one to the person first", person.name);
            Err(wrong("zone", message))
        }
        None => Ok(Tie::Theirs(known_zone(last, check)?)),
    }
}

fn read_start(
    field: &'static str,
    text: &str,
    zone: Option<&str>,
    check: &Check<'_>,
) -> Result<(LocalStart, Tie), DraftError> {
    let fail = || {
        wrong(
            field,
            format!("'{}' is not a date or local time such as 20270501T090000", shown(text)),
        )
    };
    let local = LocalStart::parse(text).ok_or_else(fail)?;
    if !(1..=9_000).contains(&local.at.year()) {
        return Err(wrong(field, format!("year {} is outside 1 to 9000", local.at.year())));
    }
    let tie = match (text.len(), zone, check.origin) {
        (8, ..) => Tie::AllDay,
        (_, None, _) => Tie::Floating,
        (_, Some(name), _) => match name.strip_prefix(THEIRS) {
            Some(last) => their_time(last, check)?,
            None => Tie::Zone(known_zone(name, check)?),
        },
    };
    Ok((local, tie))
}

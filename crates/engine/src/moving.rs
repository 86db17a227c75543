//! Moving: the definitions in which an occurrence stands elsewhere, alone or with its whole
//! series.

use calendar::{
    draft::{EventDraft, OverrideDraft},
    event::Event,
    occurrence::Occurrence,
    recurrence::Rule,
    timing::{LocalStart, Tie, shift},
    zones::Zones,
};
use jiff::civil::{DateTime, Weekday};

use crate::error::{Error, Result};

/// Where an occurrence is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The new start.
    pub start: LocalStart,
    /// Whether that is a date.
    pub all_day: bool,
    /// The zone of the wall time; `None` is floating.
    pub zone: Option<String>,
    /// The new length in nominal days and exact seconds.
    pub length: (i32, i64),
}

/// The draft in which a whole series goes with this occurrence to another place, exceptions and
/// all. Its rules move along, unless others are given. An exception takes the series as far as it
/// goes itself, and keeps what it has of its own: one that differs in words alone goes along.
///
/// # Errors
/// When its rule ties it to days that the move would leave, or exceptions stand in the way.
pub fn moved_series(
    zones: &Zones,
    event: &Event,
    occurrence: &Occurrence,
    to: &Placement,
    rules: Option<&[String]>,
) -> Result<EventDraft> {
    let mut draft = EventDraft::from(event);
    let was_all_day = event.timing.tie.is_all_day();
    let (days, seconds) = distance(occurrence.present.at, to.start.at);
    let place = series_place(event, occurrence, to)?;
    let (all_day, place_at) = (place.all_day, place.start.at);
    draft.start = place.start.text(all_day);
    draft.zone = place.zone;
    draft.length = Some(place.length);
    if let Some(rules) = rules {
        draft.rules = rules.to_vec();
    }
    if event.repeats.is_once() {
        // Which of two equal wall times is meant, the new start alone says.
        if draft.fold == "second" {
            draft.fold.clear();
        }
        return Ok(draft);
    }
    if was_all_day != all_day
        && !(draft.overrides.is_empty() && draft.exdates.is_empty() && draft.rdates.is_empty())
    {
        let message =
            "this series has exceptions: it cannot change between all-day and timed as a whole";
        return Err(Error::invalid("start", message));
    }
    let moved = |text: &String| match LocalStart::parse(text) {
        Some(local) => LocalStart { at: shift(local.at, days, seconds), ..local }.text(all_day),
        None => text.clone(),
    };
    draft.exdates = draft.exdates.iter().map(moved).collect();
    draft.rdates = draft.rdates.iter().map(moved).collect();
    let own = occurrence.original.text(was_all_day);
    let before = EventDraft::from(event);
    for o in &mut draft.overrides {
        if o.original == own && !o.cancelled {
            o.start = to.start.text(to.all_day);
            (o.zone, o.length) = (to.zone.clone(), to.length);
        } else if o.start == o.original && o.zone == before.zone {
            // It stands where the series puts it, and is an exception in its words or length.
            (o.start, o.zone) = (moved(&o.start), draft.zone.clone());
            if Some(o.length) == before.length {
                o.length = draft.length.unwrap_or(o.length);
            }
        }
        o.original = moved(&o.original);
    }
    if rules.is_none() {
        // The first start may change days where the occurrence does not, and the other way round.
        let by = distance(event.timing.start, place_at);
        let first = event.timing.start.date().weekday();
        let ends = event.rules_by_wall_clock(zones);
        let rules = ends.iter().map(|rule| moved_rule(rule, first, by));
        draft.rules = rules.map(|rule| rule.map(|r| r.to_string())).collect::<Result<_>>()?;
    }
    Ok(draft)
}

/// Where a series goes with its occurrence. One that stands apart tells the way alone: its zone
/// and length become the series' only where they are changed.
fn series_place(event: &Event, occurrence: &Occurrence, to: &Placement) -> Result<Placement> {
    let (days, seconds) = distance(occurrence.present.at, to.start.at);
    let at = shift(event.timing.start, days, seconds);
    if event.override_of(occurrence.original).is_none() {
        let start = LocalStart { at, fold: to.start.fold };
        return Ok(Placement { start, ..to.clone() });
    }
    if occurrence.tie.is_all_day() != to.all_day {
        let message = "an exception of a series changes between all-day and timed only by \
            itself: choose only this one";
        return Err(Error::invalid("start", message));
    }
    let zone = Tie::zone_text;
    let (tie, length) = (&event.timing.tie, event.timing.length);
    let is_zone_kept = zone(&occurrence.tie) == to.zone || tie.is_all_day();
    let (more_days, more_seconds) = match tie.is_all_day() == to.all_day {
        true => {
            let was = occurrence.length;
            (to.length.0.saturating_sub(was.days), to.length.1.saturating_sub(was.seconds))
        }
        false => (0, 0),
    };
    Ok(Placement {
        start: LocalStart::first(at),
        all_day: tie.is_all_day(),
        zone: if is_zone_kept { zone(tie) } else { to.zone.clone() },
        length: (
            length.days.saturating_add(more_days).max(i32::from(tie.is_all_day())),
            length.seconds.saturating_add(more_seconds).max(0),
        ),
    })
}

/// The draft in which one occurrence of a series stands elsewhere.
pub(crate) fn moved_alone(event: &Event, original: LocalStart, to: &Placement) -> EventDraft {
    let mut draft = EventDraft::from(event);
    let name = original.text(event.timing.tie.is_all_day());
    let known = draft.overrides.iter().find(|o| o.original == name && !o.cancelled).cloned();
    draft.overrides.retain(|o| o.original != name);
    draft.overrides.push(OverrideDraft {
        original: name,
        cancelled: false,
        start: to.start.text(to.all_day),
        zone: to.zone.clone(),
        length: to.length,
        ..known.unwrap_or_default()
    });
    draft
}

/// Whole days and seconds between two wall times.
fn distance(from: DateTime, to: DateTime) -> (i32, i64) {
    let days = from.date().until(to.date()).map_or(0, |span| span.get_days());
    let of_day = |at: DateTime| {
        i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second())
    };
    (days, of_day(to) - of_day(from))
}

/// The rule after its series, whose first start was on the weekday `first`, moved by days and
/// seconds.
fn moved_rule(rule: &Rule, first: Weekday, (days, seconds): (i32, i64)) -> Result<Rule> {
    rule.moved(first, days, seconds).ok_or_else(|| {
        let message = format!(
            "the rule {rule} ties this series to its days: change the rule, or move one occurrence"
        );
        Error::invalid("rrule", message)
    })
}

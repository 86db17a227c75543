//! Moving: the definitions in which an occurrence stands elsewhere, alone or with its whole
//! series.

use calendar::{
    draft::{EventDraft, OverrideDraft},
    event::Event,
    occurrence::Occurrence,
    recurrence::{Part, Rule, Starts},
    timing::{LocalStart, Tie},
    zones::Zones,
};

use crate::{
    error::{Error, Result},
    way::Way,
};

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
    let (place, rules_along, way) = match rules {
        Some(_) => {
            let way = Way::between(occurrence.present.at, to.start.at);
            (series_place(event, occurrence, to, way)?, None, way)
        }
        None => along(zones, event, occurrence, to)?,
    };
    let all_day = place.all_day;
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
        Some(local) => {
            let far = Way::between(occurrence.present.at, to.start.at);
            let at = way.of(local.at).or_else(|| far.of(local.at)).unwrap_or(local.at);
            LocalStart { at, ..local }.text(all_day)
        }
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
    if let Some(rules) = rules_along {
        draft.rules = rules.iter().map(ToString::to_string).collect();
    }
    Ok(draft)
}

/// Where a series goes with its occurrence, with its rules and the way there: one on which each of
/// its occurrences goes along, and no other comes to be.
fn along(
    zones: &Zones,
    event: &Event,
    occurrence: &Occurrence,
    to: &Placement,
) -> Result<(Placement, Option<Vec<Rule>>, Way)> {
    let (from, at) = (occurrence.present.at, to.start.at);
    let far = Way::between(from, at);
    let place = series_place(event, occurrence, to, far)?;
    if event.repeats.rules.is_empty() {
        return Ok((place, None, far));
    }
    let sort = |all_day| if all_day { Starts::Dates } else { Starts::Timed };
    let sorts = (sort(event.timing.tie.is_all_day()), sort(place.all_day));
    let part = |start, rules| Part { start, rules, rdates: Vec::new(), exdates: Vec::new() };
    let was = part(event.timing.start, event.rules_by_wall_clock(zones));
    // The first start may change days where the occurrence does not, and the other way round.
    let whole = Way::between(was.start, place.start.at);
    for way in [Some(whole), Way::by_date(event, from, at)].into_iter().flatten() {
        let (Some(rules), Some(start)) = (way.rules(&was.rules, was.start), way.of(was.start))
        else {
            continue;
        };
        let is = part(start, rules);
        if way.leads(&was, &is, sorts) {
            let start = LocalStart { at: start, ..place.start };
            return Ok((Placement { start, ..place }, Some(is.rules), way));
        }
    }
    let rule = was.rules.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let message = format!(
        "not every occurrence of {rule} can go along: change the rule, or move one occurrence"
    );
    Err(Error::invalid("rrule", message))
}

/// Where a series goes with its occurrence. One that stands apart tells the way alone: its zone
/// and length become the series' only where they are changed.
fn series_place(
    event: &Event,
    occurrence: &Occurrence,
    to: &Placement,
    way: Way,
) -> Result<Placement> {
    let at = way.of(event.timing.start).unwrap_or(event.timing.start);
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

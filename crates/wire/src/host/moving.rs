//! A drop in the grid: a date and a wall time of the display zone become a place in the event's
//! own zone, or a choice to make first.

use calendar::{
    id::EventId,
    timing::{LocalStart, Tie, instant},
};
use engine::{events::Placement, queries::Happening};
use jiff::civil::{Date, DateTime};

use super::{
    EngineHost,
    changes::{moved_original, nothing, saved_as, scopes_of, which},
    faults::id,
    local::{self, Local, city, passings},
    preview::{clock_note, day_words},
};
use crate::{
    dto::{Change, Did, MoveAnswer, MoveOccurrence, OccurrenceRef, Scope},
    fault::Fault,
};

/// Where something is dropped, or the question whose answer says so.
enum Dropped {
    At(Placement, Option<String>),
    Twice([String; 2]),
}

impl EngineHost {
    pub(super) fn drop_on(&self, asked: &MoveOccurrence) -> Result<MoveAnswer, Fault> {
        let local = self.local()?;
        let event: EventId = id("event", &asked.event)?;
        if let Some(saved) = self.saved_before(&asked.request_id)? {
            let title = self.engine.event(event)?.event.title;
            let change = saved_as(Did::Moved, &title, &saved, &local);
            return Ok(MoveAnswer::Done { change });
        }
        let named = OccurrenceRef { event: asked.event.clone(), original: asked.original.clone() };
        let happening = self.happening(&named)?;
        if happening.event.kind.is_of_person() {
            let message = "a birthday is on its date: change the person's instead";
            return Err(Fault::invalid("date", message));
        }
        let (to, note) = match place(asked, &happening, &local)? {
            Dropped::Twice(offsets) => return Ok(MoveAnswer::ChooseFold { offsets }),
            Dropped::At(to, note) => (to, note),
        };
        if is_there(&happening, &to) {
            return Ok(MoveAnswer::Done { change: nothing(Did::Nothing) });
        }
        let series = !happening.event.repeats.is_once();
        let Some(scope) = asked.scope.or((!series).then_some(Scope::All)) else {
            let title = happening.title().to_string();
            return Ok(MoveAnswer::ChooseScope { title, scopes: scopes_of(&happening.event) });
        };
        let saved = self.engine.move_occurrence(
            event,
            happening.occurrence.original,
            &to,
            Some(which(scope)),
            Some(i64::from(asked.version)),
            Some(&asked.request_id),
        )?;
        let original = match (series, scope) {
            (true, Scope::This) => asked.original.clone(),
            _ => moved_original(&happening.event, &happening, &to),
        };
        let change = saved_as(Did::Moved, happening.title(), &saved, &local);
        Ok(MoveAnswer::Done { change: Change { original: Some(original), note, ..change } })
    }
}

/// Whether an occurrence is where it was dropped.
fn is_there(happening: &Happening, to: &Placement) -> bool {
    let occurrence = &happening.occurrence;
    let zone = occurrence.tie.zone_text();
    let length = (occurrence.length.days, occurrence.length.seconds);
    occurrence.present == to.start
        && occurrence.tie.is_all_day() == to.all_day
        && zone == to.zone
        && length == to.length
}

fn place(asked: &MoveOccurrence, happening: &Happening, local: &Local) -> Result<Dropped, Fault> {
    let occurrence = &happening.occurrence;
    let was_all_day = occurrence.tie.is_all_day();
    let date = local::date("date", &asked.date)?;
    if asked.all_day.unwrap_or(was_all_day) {
        return Ok(Dropped::At(on_the_rail(asked, happening, date), None));
    }
    let kept = match was_all_day {
        true => i32::from(local.context.all_day_hour) * 60,
        false => local::minutes(local.zone.to_datetime(occurrence.start).time()),
    };
    let at = local::on("wallMin", date, asked.wall_min.unwrap_or(kept))?;
    let fold = match (passings(at, &local.zone), asked.fold) {
        (Some(offsets), None) => return Ok(Dropped::Twice(offsets)),
        (twice, fold) => twice.is_some() && fold.unwrap_or(false),
    };
    let moment = instant(LocalStart { at, fold }, &local.zone).0;
    let machine = &local.context.machine;
    let (zone, clock) = match &occurrence.tie {
        Tie::Zone(_) | Tie::Theirs(_) => (occurrence.tie.zone_text(), occurrence.zone.clone()),
        Tie::Floating => (None, local.zone.clone()),
        Tie::AllDay => (Some(machine.to_string()), local.zone.clone()),
    };
    let length = match asked.duration_min {
        Some(minutes) if minutes < 0 => {
            let message = "the end is before the start: an event ends at or after its start";
            return Err(Fault::invalid("durationMin", message));
        }
        Some(minutes) => (0, i64::from(minutes) * 60),
        None if was_all_day => (0, timed_length(happening)),
        None => (occurrence.length.days, occurrence.length.seconds),
    };
    let start = local::start_in(&clock, moment);
    let place = city(machine.as_str());
    let note = match passings(at, &local.zone) {
        // One that is only made longer stays where it was.
        Some(_) if start == occurrence.present => None,
        Some(offsets) => Some(which_passing(at, fold, &offsets, &place, local)),
        None => clock_note(at, &local.zone, &place, local),
    };
    Ok(Dropped::At(Placement { start, all_day: false, zone, length }, note))
}

/// "02:30 comes twice on 25 October in Berlin: this is the second, CET".
fn which_passing(
    at: DateTime,
    fold: bool,
    [first, second]: &[String; 2],
    place: &str,
    local: &Local,
) -> String {
    let (which, name) = if fold { ("second", second) } else { ("first", first) };
    let (clock, day) = (at.strftime("%H:%M"), day_words(at.date(), local));
    format!("{clock} comes twice on {day} in {place}: this is the {which}, {name}")
}

fn on_the_rail(asked: &MoveOccurrence, happening: &Happening, date: Date) -> Placement {
    let occurrence = &happening.occurrence;
    let was = if occurrence.tie.is_all_day() { occurrence.length.days } else { 1 };
    Placement {
        start: LocalStart::first(date.at(0, 0, 0, 0)),
        all_day: true,
        zone: None,
        length: (asked.days.unwrap_or(was).max(1), 0),
    }
}

/// How long something is that comes off the rail: as its kind is, else an hour.
fn timed_length(happening: &Happening) -> i64 {
    let defaults = happening.event.kind.defaults();
    if defaults.all_day { 3600 } else { defaults.length.seconds }
}

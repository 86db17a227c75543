//! Times that are somebody's or some city's: said both there and here.

use calendar::{event::Event, occurrence::Occurrence, timing::Tie, zones::place_name};
use jiff::tz::TimeZone;

/// Whose time an event is in, if it is a person's.
pub fn whose(event: &Event) -> Option<String> {
    match &event.timing.tie {
        Tie::Theirs(_) => event.person.as_ref().map(|person| person.name.clone()),
        Tie::Zone(_) | Tie::Floating | Tie::AllDay => None,
    }
}

/// `16:00 in Tokyo` or `09:00 for Ana, Lisbon` of what is shown by other clocks; nothing where it
/// would say the same again.
pub fn there(event: &Event, occurrence: &Occurrence, shown: &TimeZone) -> Option<String> {
    let (local, here) =
        (occurrence.zone.to_datetime(occurrence.start), shown.to_datetime(occurrence.start));
    let form = if local.date() == here.date() { "%H:%M" } else { "%a %H:%M" };
    let clock = local.strftime(form);
    match (&occurrence.tie, &event.person) {
        (Tie::Theirs(name), Some(person)) => {
            Some(format!("{clock} for {}, {}", person.name, place_name(name.as_str())))
        }
        (Tie::Zone(name) | Tie::Theirs(name), _) if local != here => {
            Some(format!("{clock} in {}", place_name(name.as_str())))
        }
        (Tie::Zone(_) | Tie::Theirs(_) | Tie::Floating | Tie::AllDay, _) => None,
    }
}

/// `10:00 here` of what is shown by its own clocks, where it is read in a zone that differs.
pub fn here(occurrence: &Occurrence, machine: &TimeZone) -> Option<String> {
    occurrence.tie.zone()?;
    let (local, here) =
        (occurrence.zone.to_datetime(occurrence.start), machine.to_datetime(occurrence.start));
    let form = if local.date() == here.date() { "%H:%M" } else { "%a %H:%M" };
    (local != here).then(|| format!("{} here", here.strftime(form)))
}

/// The start by this computer's clock, for programs; none for a date.
pub fn start_here(occurrence: &Occurrence, machine: &TimeZone) -> Option<String> {
    let timed = !occurrence.tie.is_all_day();
    timed.then(|| occurrence.start.to_zoned(machine.clone()).to_string())
}

//! Tasks of a file: a VTODO with DUE is a deadline; a DUE without a time means the end of that
//! day. One without DUE is a reminder at its DTSTART, or at the first moment an alarm of it names.

use super::{
    alarm::Anchors, component::Component, event::Frame, read::Reader, shown, times::Moment, value,
};
use crate::timing::{LocalStart, shift};

const DAY: i64 = 86_400;

impl Reader<'_> {
    /// Where and how a task is placed; nothing if it has no deadline.
    pub fn task_frame(&mut self, component: &Component<'_>) -> Option<Frame> {
        let start = component.get("DTSTART");
        let start = start.and_then(|p| self.moment(p, p.value()));
        let due = match (component.get("DUE"), component.get("DURATION"), &start) {
            (Some(due), ..) => match self.moment(due, due.value()) {
                Some(moment) => moment,
                None => {
                    let text = format!(
                        "DUE '{}' is not a date or time: the task is not imported",
                        shown(due.value())
                    );
                    self.remarks.add(due.line, text);
                    return None;
                }
            },
            (None, Some(lasts), Some(start)) => {
                let (days, seconds) = value::duration(lasts.value())?;
                let days = i32::try_from(days).ok()?;
                let at = shift(start.local.at, days, seconds);
                Moment { local: LocalStart::first(at), tie: start.tie.clone() }
            }
            (None, _, Some(start)) => {
                let text = "a task without DUE is imported as a reminder at its DTSTART";
                self.remarks.add(component.line, text);
                return Some(at_begin(start.clone()));
            }
            (None, ..) => {
                let Some(start) = self.first_alarm(component) else {
                    let text =
                        "a task without DUE, DTSTART and an alarm at a moment is not imported";
                    self.remarks.add(component.line, text);
                    return None;
                };
                let text = "a task without DUE is imported as a reminder at its first alarm";
                self.remarks.add(component.line, text);
                return Some(at_begin(start));
            }
        };
        let is_date = due.is_date();
        let begin = start.as_ref().map(|s| from_due(s, &due));
        let anchors = Anchors::Task {
            start: begin.unwrap_or((0, 0)),
            end: if is_date { (1, 0) } else { (0, 0) },
        };
        let back = begin.map_or(0, |(days, seconds)| -(days * DAY + seconds));
        if back / DAY != 0 && component.get("RRULE").is_some() {
            let text = "the task repeats from DTSTART on: here its rule counts from DUE";
            self.remarks.add(component.line, text);
        }
        let length = if is_date { (1, 0) } else { (0, 0) };
        Some(Frame { kind: "deadline", start: due, length, shift: back, anchors })
    }

    /// The first moment an alarm of a component names.
    fn first_alarm(&mut self, component: &Component<'_>) -> Option<Moment> {
        let alarms = component.children.iter().filter(|c| c.name == "VALARM");
        let moments = alarms.filter_map(|alarm| {
            let property = alarm.get("TRIGGER")?;
            self.aside(|reader| reader.moment(property, property.value()))
        });
        moments.filter(|moment| moment.zone().is_some()).min_by_key(|m| m.instant(m))
    }

    /// Says so when a task is done.
    pub fn is_done(&mut self, component: &Component<'_>) -> bool {
        let done = component.says("STATUS", "COMPLETED") || component.get("COMPLETED").is_some();
        if done {
            self.remarks.add(component.line, "the task is done: it is imported and nothing rings");
        }
        done
    }
}

/// Whether what is kept of a file says of a task that it is done.
pub fn says_done(extra: &str) -> bool {
    let own = extra.lines().take_while(|line| !line.starts_with("BEGIN:"));
    own.filter_map(|line| line.split_once(':')).any(|(name, value)| {
        let name = name.split(';').next().unwrap_or(name);
        let is_status = name.eq_ignore_ascii_case("STATUS");
        name.eq_ignore_ascii_case("COMPLETED")
            || is_status && value.trim().eq_ignore_ascii_case("COMPLETED")
    })
}

/// What has no deadline, as a reminder at a moment.
fn at_begin(start: Moment) -> Frame {
    let length = if start.is_date() { (1, 0) } else { (0, 0) };
    Frame { kind: "note", start, length, shift: 0, anchors: Anchors::Event }
}

/// From the deadline back to DTSTART, in nominal days and seconds.
fn from_due(start: &Moment, due: &Moment) -> (i64, i64) {
    if start.is_tied_like(due) || start.zone().is_none() || due.zone().is_none() {
        let wall = start.local.at.duration_since(due.local.at).as_secs();
        return (wall / DAY, wall % DAY);
    }
    (0, start.instant(due).as_second() - due.instant(start).as_second())
}

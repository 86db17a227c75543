//! The ledger's words as the wire's: kinds, states, marks, reasons, triggers.

use calendar::{
    delivery::State as Is, kind::KindRef, reason::Reason as Code, reminder::Trigger as When,
    timing::Length,
};
use engine::ledger::delivery::DeliveryRow;
use jiff::Timestamp;

use super::local::{Local, minutes};
use crate::dto::{Attempts, Kind, Mark, Reason, Retry, State, Trigger};

/// Worst first. `Told` yields to what is still to come, see [`worst`].
const ORDER: [Mark; 10] = [
    Mark::Failed,
    Mark::Review,
    Mark::Retrying,
    Mark::Held,
    Mark::Missed,
    Mark::Late,
    Mark::Skipped,
    Mark::Told,
    Mark::Sending,
    Mark::Scheduled,
];

pub(super) fn kind_named(code: &str) -> Option<Kind> {
    Some(match code {
        "appointment" => Kind::Appointment,
        "note" => Kind::Note,
        "birthday" => Kind::Birthday,
        "anniversary" => Kind::Anniversary,
        "deadline" => Kind::Deadline,
        "renewal" => Kind::Renewal,
        "workflow" => Kind::Workflow,
        _ => return None,
    })
}

pub(super) fn kind(kind: KindRef) -> Kind {
    kind_named(kind.code()).expect("BUG: every kind has its word on the wire")
}

pub(super) const fn kind_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Appointment => "appointment",
        Kind::Note => "note",
        Kind::Birthday => "birthday",
        Kind::Anniversary => "anniversary",
        Kind::Deadline => "deadline",
        Kind::Renewal => "renewal",
        Kind::Workflow => "workflow",
    }
}

pub(super) const fn state(state: Is) -> State {
    match state {
        Is::Scheduled => State::Scheduled,
        Is::Pending => State::Pending,
        Is::Processing => State::Processing,
        Is::Retrying => State::Retrying,
        Is::Held => State::Held,
        Is::Dead => State::Dead,
        Is::Review => State::Review,
        Is::Completed => State::Completed,
        Is::Skipped => State::Skipped,
        Is::Coalesced => State::Coalesced,
        Is::Discarded => State::Discarded,
        Is::Expired => State::Expired,
        Is::Cancelled => State::Cancelled,
    }
}

/// What is shown for one delivery; nothing for a cancelled one, nor for one whose moment had passed
/// when its event was saved: that takes nothing from the event.
pub(super) fn mark(row: &DeliveryRow, now: Timestamp) -> Option<Mark> {
    Some(match row.facts.state {
        // Due and not claimed yet: nobody sees the past as still to come.
        Is::Scheduled if row.facts.due > now => Mark::Scheduled,
        Is::Scheduled | Is::Pending | Is::Processing => Mark::Sending,
        Is::Retrying => Mark::Retrying,
        Is::Held => Mark::Held,
        Is::Dead => Mark::Failed,
        Is::Review => Mark::Review,
        Is::Completed if late_ms(row).is_some() => Mark::Late,
        Is::Completed => Mark::Told,
        Is::Skipped if row.facts.reason == Code::SkippedPast => return None,
        Is::Skipped | Is::Coalesced | Is::Discarded => Mark::Skipped,
        Is::Expired => Mark::Missed,
        Is::Cancelled => return None,
    })
}

/// [`mark`] as the ledger lists and counts it: by the state alone, so that nothing is being sent
/// which no service has claimed.
pub(super) fn listed_mark(row: &DeliveryRow, now: Timestamp) -> Option<Mark> {
    match row.facts.state {
        Is::Scheduled | Is::Pending => Some(Mark::Scheduled),
        Is::Skipped => Some(Mark::Skipped),
        _ => mark(row, now),
    }
}

/// The states that show as this, and of the told ones whether late or not.
pub(super) const fn states_of(mark: Mark) -> (&'static [Is], Option<bool>) {
    match mark {
        Mark::Scheduled => (&[Is::Scheduled, Is::Pending], None),
        Mark::Sending => (&[Is::Processing], None),
        Mark::Retrying => (&[Is::Retrying], None),
        Mark::Held => (&[Is::Held], None),
        Mark::Failed => (&[Is::Dead], None),
        Mark::Review => (&[Is::Review], None),
        Mark::Told => (&[Is::Completed], Some(false)),
        Mark::Late => (&[Is::Completed], Some(true)),
        Mark::Skipped => (&[Is::Skipped, Is::Coalesced, Is::Discarded], None),
        Mark::Missed => (&[Is::Expired], None),
    }
}

/// How late it was told, if beyond its grace.
pub(super) fn late_ms(row: &DeliveryRow) -> Option<i64> {
    let late = row.told_at?.as_millisecond() - row.facts.due.as_millisecond();
    (late > row.facts.grace * 1000).then_some(late)
}

/// The one mark for several: the worst; but while one is still to come, "told" alone is not the
/// answer, and of what is over nothing is still to come.
pub(super) fn worst(marks: &[Mark], over: bool) -> Option<Mark> {
    let worst = ORDER.into_iter().find(|mark| marks.contains(mark))?;
    let ahead = marks.contains(&Mark::Scheduled);
    match worst {
        Mark::Told if ahead && !over => Some(Mark::Scheduled),
        Mark::Scheduled if over => None,
        other => Some(other),
    }
}

/// Tries, with the length of the schedule where there is one.
pub(super) fn attempts(row: &DeliveryRow) -> Attempts {
    let schedule = row.facts.profile.schedule().len();
    let max = (!row.facts.desktop).then(|| u32::try_from(schedule).unwrap_or(u32::MAX));
    let retry = row.facts.retry().map(|(n, of)| Retry { n, of });
    Attempts { made: row.attempts, max, retry }
}

/// The cause alone: the mark or the state beside it says the rest.
pub(super) fn reason(code: Code) -> Reason {
    Reason { code: code.code().into(), text: code.cause().into() }
}

/// Why a row is as it is, where that is not plain from the state.
pub(super) fn reason_of(row: &DeliveryRow) -> Option<Reason> {
    match row.facts.reason {
        Code::Planned | Code::OnTime | Code::Claimed => None,
        Code::InDigest => Some(reason(row.late_cause.unwrap_or(Code::InDigest))),
        other => Some(Reason { text: row.cause().into(), ..reason(other) }),
    }
}

/// The trigger out of an identity's reminder.
pub(super) fn trigger_named(text: &str, on_a_date: bool, local: &Local) -> Trigger {
    let Some((what, rest)) = text.split_once(':') else { return Trigger::Snooze };
    match (what, rest.parse::<When>()) {
        ("x", _) => Trigger::Test,
        ("n", _) => Trigger::Nag,
        ("t", Ok(When::START)) if on_a_date => day_at(i64::from(local.context.all_day_hour) * 60),
        ("t", Ok(when)) => trigger(when, on_a_date, &Length::default(), local),
        _ => Trigger::Snooze,
    }
}

/// A trigger as the form shows it: minutes from the start; on a date whole days, or a time of a day.
pub(super) fn trigger(when: When, on_a_date: bool, length: &Length, local: &Local) -> Trigger {
    let (days, seconds, from_end) = match when {
        When::At(at) => {
            let there = local.zone.to_datetime(at);
            return Trigger::At { date: there.date().to_string(), wall_min: minutes(there.time()) };
        }
        When::Relative { days, seconds, from_end } => (days, seconds, from_end),
    };
    let tail = if from_end { i64::from(length.days) * 1440 + length.seconds / 60 } else { 0 };
    let total = i64::from(days) * 1440 + seconds.div_euclid(60) + tail;
    // On a date a time part counts from midnight, and whole days mean the all-day hour.
    if on_a_date && seconds != 0 {
        return day_at(total);
    }
    Trigger::Offset { minutes: i32::try_from(total).unwrap_or(i32::MAX) }
}

/// So many minutes from the midnight that the first day starts with.
fn day_at(minutes: i64) -> Trigger {
    Trigger::Day {
        days: i32::try_from(minutes.div_euclid(1440)).unwrap_or(i32::MAX),
        wall_min: i32::try_from(minutes.rem_euclid(1440)).unwrap_or_default(),
    }
}

/// The trigger a form's offset stands for.
pub(super) fn when_of(minutes: i32, on_a_date: bool, kind: Kind, local: &Local) -> When {
    let whole = minutes % 1440 == 0;
    let (days, seconds) = (minutes / 1440, i64::from(minutes % 1440) * 60);
    match (on_a_date, whole) {
        (_, true) => When::Relative { days, seconds: 0, from_end: false },
        (false, false) => When::Relative { days, seconds, from_end: false },
        (true, false) if kind == Kind::Deadline => {
            When::Relative { days, seconds, from_end: false }.before_end_of_day()
        }
        (true, false) => {
            let hour = i32::from(local.context.all_day_hour) * 60;
            when_on(minutes.saturating_add(hour))
        }
    }
}

/// The trigger of a time on a day, minutes from the midnight the first day starts with; midnight itself
/// is from the one before.
pub(super) const fn when_on(minutes: i32) -> When {
    let (days, rest) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let (days, rest) = if rest == 0 { (days - 1, 1440) } else { (days, rest) };
    When::Relative { days, seconds: rest as i64 * 60, from_end: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_is_shown() {
        use Mark::*;
        for (marks, over, shown) in [
            (&[Told, Failed, Scheduled][..], false, Some(Failed)),
            (&[Told, Scheduled], false, Some(Scheduled)),
            (&[Told, Scheduled], true, Some(Told)),
            (&[Scheduled], true, None),
            (&[Scheduled], false, Some(Scheduled)),
            (&[Late, Told], true, Some(Late)),
            (&[Missed, Held], true, Some(Held)),
            (&[], false, None),
        ] {
            assert_eq!(worst(marks, over), shown, "{marks:?} {over}");
        }
    }

    #[test]
    fn every_kind_has_its_word() {
        for known in KindRef::all() {
            assert_eq!(kind_code(kind(known)), known.code());
        }
    }
}

//! What happened to a delivery, step by step, with its tries and the answer among them.

use calendar::{delivery::State, reason::Reason};
use engine::{
    ledger::{
        acknowledgement::{Answer as Said, Given},
        attempt::AttemptRow,
        audit::AuditRow,
    },
    queries::{Story, cause_then},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::words;

/// What a courier says of what it cannot know, behind what happened.
const UNKNOWN: &str = ": nobody knows if it was taken";

/// Lines of moments, each with its date when that changes.
struct Lines<'a> {
    zone: &'a TimeZone,
    text: String,
    day: Option<Date>,
}

impl Lines<'_> {
    fn at(&mut self, at: Timestamp, says: &str) {
        let at = at.to_zoned(self.zone.clone());
        if self.day.replace(at.date()) != Some(at.date()) {
            self.text.push_str(&format!("  {}\n", words::date(at.date())));
        }
        self.text.push_str(&format!("    {}  {says}\n", at.strftime("%H:%M:%S")));
    }

    fn attempt(&mut self, one: &AttemptRow) {
        self.text.push_str(&format!("              try {}: {}\n", one.n, outcome(one)));
    }
}

/// The steps in order, tries and the answer among them where they happened; a date is said when
/// it changes. The same wait again and again is one line.
pub fn steps(story: &Story, zone: &TimeZone) -> String {
    let mut tries = story.attempts.iter();
    let mut answer = story.answer.as_ref();
    let mut lines = Lines { zone, text: String::new(), day: None };
    let mut last: Option<&AttemptRow> = None;
    let mut rest = story.transitions.as_slice();
    // Ends: each turn takes one step at least.
    while let [step, ..] = rest {
        let at = story.moment_of(step);
        // What an answer cancels comes after it, though both are of one moment.
        let comes_first =
            |given: &mut &Given| given.at < at || (given.at == at && step.reason.is_cancel());
        if let Some(given) = answer.take_if(comes_first) {
            lines.at(given.at, &answered(given, zone));
        }
        let count = waits(rest);
        let says = match count {
            0 | 1 => says(step, last, story.delivery.row.again),
            _ => repeated(&rest[..count], rest.get(count), story, zone),
        };
        lines.at(at, &says);
        if step.to == State::Processing
            && let Some(one) = tries.next()
        {
            lines.attempt(one);
            last = Some(one);
        }
        rest = &rest[count.max(1)..];
    }
    if let Some(given) = answer {
        lines.at(given.at, &answered(given, zone));
    }
    tries.for_each(|one| lines.attempt(one));
    lines.text
}

/// With how many steps one and the same wait begins here, and begins again each time it ends.
fn waits(steps: &[AuditRow]) -> usize {
    let [first, ..] = steps else { return 0 };
    if first.to != State::Held {
        return 0;
    }
    let (mut count, mut again) = (0, 0);
    for (at, step) in steps.iter().enumerate() {
        match (step.to == State::Held && step.reason == first.reason, step.reason) {
            (true, _) => (count, again) = (at + 1, again + 1),
            (false, Reason::Released) => {}
            (false, _) => break,
        }
    }
    if again > 1 { count } else { 0 }
}

/// Until when a wait lasted that began so often, or is to last.
fn repeated(steps: &[AuditRow], next: Option<&AuditRow>, story: &Story, zone: &TimeZone) -> String {
    let times = steps.iter().filter(|step| step.to == State::Held).count();
    let until = next.map(|next| next.at).or(story.delivery.row.facts.not_before);
    let until = until.map_or_else(String::new, |at| format!(", until {}", clock(at, steps, zone)));
    format!("{}{until} (looked at {times} times)", steps[0].reason.sentence())
}

/// The time, with its date where that is another one.
fn clock(at: Timestamp, steps: &[AuditRow], zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    match steps[0].at.to_zoned(zone.clone()).date() == local.date() {
        true => local.strftime("%H:%M:%S").to_string(),
        false => words::moment(at, zone),
    }
}

/// A step in words; what its try has just said is not said again.
fn says(step: &AuditRow, last: Option<&AttemptRow>, again: bool) -> String {
    let is_said = last.is_some_and(|one| one.outcome.as_deref() == Some("ambiguous"));
    let sentence = match step.reason {
        Reason::RetryAmbiguous if is_said => "it is sent again, with the same key",
        Reason::InboxOnly => cause_then(step.reason, again),
        reason => reason.sentence(),
    };
    // What is being sent goes on until it is known what came of it.
    let to_be = if step.to == State::Processing && step.reason.is_cancel() { "to be " } else { "" };
    format!("{to_be}{sentence}{}{}", step.said_note(), by(step))
}

/// Until when it is snoozed, if it is.
pub fn until_of(answer: Said) -> Option<Timestamp> {
    match answer {
        Said::Snoozed(until) => Some(until),
        Said::Done | Said::Dismissed | Said::Opened => None,
    }
}

/// What a person answered, and through what.
pub fn answered(given: &Given, zone: &TimeZone) -> String {
    let what = match given.answer {
        Said::Done => "done".into(),
        Said::Dismissed => "dismissed".into(),
        Said::Opened => "opened".into(),
        Said::Snoozed(until) => format!("snoozed until {}", words::moment(until, zone)),
    };
    let place = match given.place.as_str() {
        "cli" => ", from the command line",
        "window" => ", in the window",
        "notification" => ", on the notification",
        _ => "",
    };
    format!("{what}{place}")
}

/// Who did it, where that was a person.
fn by(step: &AuditRow) -> &'static str {
    match step.actor.as_str() {
        "cli" => ", from the command line",
        "window" => ", from the window",
        "desktop" => ", on the notification",
        _ => "",
    }
}

/// How a try ended.
pub fn came_of(one: &AttemptRow) -> &str {
    match one.outcome.as_deref() {
        None => "under way",
        Some("accepted") => "accepted",
        Some("transient") => "failed for now",
        Some("permanent") => "refused for good",
        Some("ambiguous") => "nobody knows whether it arrived",
        Some("unavailable") => "not possible now",
        Some("unknown") => "cut off, so nobody knows whether it arrived",
        Some(other) => other,
    }
}

fn outcome(one: &AttemptRow) -> String {
    let detail = brief(&one.detail);
    let mut text = match detail.strip_suffix(UNKNOWN) {
        // That is how it ended, already.
        Some(_) => String::new(),
        None => came_of(one).to_string(),
    };
    if let Some(status) = one.status.filter(|_| !detail.starts_with("answered ")) {
        text.push_str(&format!(", HTTP {status}"));
    }
    if !detail.is_empty() {
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(&detail);
    }
    // When one that was cut off ended nobody knows: its end is when that was found out.
    if let Some(end) = one.finished.filter(|_| one.outcome.as_deref() != Some("unknown")) {
        let took = end.duration_since(one.started);
        text.push_str(&match took.as_secs() {
            0..10 => format!(" (after {} ms)", took.as_millis()),
            _ => format!(" (after {})", words::length(took)),
        });
    }
    text
}

/// What was answered, without what says nothing of the delivery; --json has it all.
fn brief(detail: &str) -> String {
    let plain = ["date: ", "server: ", "content-type: "];
    // A body comes last, and whatever is in it stays.
    let (head, body) = detail.split_once("; body: ").map_or((detail, None), |(a, b)| (a, Some(b)));
    let parts = head.split("; ").filter(|part| !plain.iter().any(|name| part.starts_with(name)));
    let head = parts.collect::<Vec<_>>().join("; ");
    body.map_or(head.clone(), |body| format!("{head}; body: {body}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_wait_again_and_again_is_one_line() {
        let step = |to, reason| AuditRow {
            at: Timestamp::UNIX_EPOCH,
            from: String::new(),
            to,
            actor: "service".into(),
            reason,
            note: String::new(),
        };
        let rest = || step(State::Held, Reason::HeldResting);
        let free = || step(State::Pending, Reason::Released);
        let clock = || step(State::Held, Reason::HeldClock);
        let sent = || step(State::Processing, Reason::Claimed);
        for (steps, count) in [
            (vec![], 0),
            (vec![sent(), rest(), rest()], 0),
            (vec![rest()], 0),
            (vec![rest(), free(), sent()], 0),
            (vec![rest(), rest(), rest()], 3),
            (vec![rest(), rest(), free(), rest(), free(), sent()], 4),
            (vec![rest(), clock(), rest()], 0),
            (vec![rest(), free(), sent(), rest()], 0),
        ] {
            assert_eq!(waits(&steps), count, "{steps:?}");
        }
    }

    #[test]
    fn a_try_without_an_answer_says_once_that_nobody_knows() {
        let one = AttemptRow {
            n: 1,
            started: Timestamp::UNIX_EPOCH,
            finished: None,
            outcome: Some("ambiguous".into()),
            status: None,
            detail: format!("no answer in time after the request was sent{UNKNOWN}"),
        };
        let said = "no answer in time after the request was sent: nobody knows if it was taken";
        assert_eq!(outcome(&one), said);
    }

    #[test]
    fn of_a_try_that_was_cut_off_nobody_says_how_long_it_took() {
        let started = Timestamp::UNIX_EPOCH;
        let of = |outcome: &str, detail: &str| AttemptRow {
            n: 1,
            started,
            finished: Some(started + jiff::SignedDuration::from_secs(60)),
            outcome: Some(outcome.into()),
            status: None,
            detail: detail.into(),
        };
        assert_eq!(outcome(&of("unknown", "")), "cut off, so nobody knows whether it arrived");
        assert_eq!(outcome(&of("accepted", "")), "accepted (after 1 min)");
    }

    #[test]
    fn a_try_says_what_was_answered_and_not_which_program_did() {
        for (detail, said) in [
            (
                "answered 500 Internal Server Error; date: Sun, 22 Nov; server: Base; body: no; date: x",
                "answered 500 Internal Server Error; body: no; date: x",
            ),
            (
                "answered 429 Too Many Requests; retry-after: 20",
                "answered 429 Too Many Requests; retry-after: 20",
            ),
            ("the connection was refused", "the connection was refused"),
            ("", ""),
        ] {
            assert_eq!(brief(detail), said);
        }
    }
}

//! What is to be said of a contract whose next reminders have passed already: that it will go on
//! without a word.

use calendar::{event::Event, occurrence::Context, occurrence::Occurrence, plan::due};
use jiff::{Span, Timestamp, civil::Date};

/// The sentence, of a renewal that will not be told when it next goes on by itself; `ahead` are its
/// next dates.
pub fn untold(
    event: &Event,
    context: &Context,
    ahead: &[Occurrence],
    now: Timestamp,
) -> Option<String> {
    let first = ahead.first().filter(|_| event.kind.has_notice() && event.enabled)?;
    let will_ring =
        |o: &Occurrence| event.reminders.iter().any(|r| due(context, o, event.trigger(r)) > now);
    if event.reminders.is_empty() || will_ring(first) {
        return None;
    }
    let last = first.present.at.date().checked_sub(Span::new().days(event.notice)).ok()?;
    let why = match last < first.zone.to_datetime(now).date() {
        true => format!("the last day to cancel has passed ({})", said(last)),
        false => format!("the last day to cancel is {}, and its reminders have passed", said(last)),
    };
    Some(match ahead.iter().find(|o| will_ring(o)) {
        None => format!("{why}: nothing of it will ring"),
        Some(later) => {
            format!("{why}: nothing rings before that of {}", said(later.present.at.date()))
        }
    })
}

fn said(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

//! What an answer means, by its status; and the one line the ledger keeps of it.

use engine::courier::{Handover, Report, Schedule};
use jiff::Timestamp;
use reqwest::{
    StatusCode, Url,
    header::{HeaderMap, LOCATION, RETRY_AFTER},
};

use super::{excerpt::Excerpt, report, retry_after};

/// The only headers of an answer that are kept.
const KEPT: [&str; 5] = ["retry-after", "content-type", "date", "server", "x-request-id"];

/// An answer, as far as it was read.
pub(super) struct Answer<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    pub(super) url: &'a Url,
    pub(super) excerpt: &'a Excerpt,
    pub(super) now: Timestamp,
}

pub(super) fn judge(answer: &Answer<'_>) -> Report {
    let wish = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = wish.and_then(|value| retry_after::read(value, answer.now));
    let handover = match answer.status.as_u16() {
        200..=299 => Handover::Accepted { shown_by: None },
        410 => Handover::Gone,
        408 | 409 | 425 | 429 | 500..=599 => {
            Handover::Transient { retry_after, schedule: Schedule::Channel }
        }
        // Other 4xx, redirections, and statuses nobody has defined.
        _ => Handover::Transient { retry_after, schedule: Schedule::Refused },
    };
    report(handover, Some(answer.status.as_u16()), line(answer))
}

/// Worth another try, by the channel's own schedule.
pub(super) fn later(words: &str) -> Report {
    let handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    report(handover, None, words.to_owned())
}

/// Not sent, as who answers there is not to be trusted; it may be another time.
pub(super) fn mistrusted(words: &str) -> Report {
    let handover = Handover::Transient { retry_after: None, schedule: Schedule::Certificate };
    report(handover, None, words.to_owned())
}

/// Not worth another try.
pub(super) fn never(words: &str) -> Report {
    report(Handover::Permanent, None, words.to_owned())
}

fn line(answer: &Answer<'_>) -> String {
    let mut line = format!("answered {}", answer.status.as_u16());
    if let Some(name) = answer.status.canonical_reason() {
        line.push(' ');
        line.push_str(name);
    }
    if answer.status.is_redirection() {
        line.push_str(&direction(answer));
    }
    for name in KEPT {
        if let Some(value) = answer.headers.get(name) {
            line.push_str(&format!("; {name}: {}", answer.excerpt.short(value.as_bytes())));
        }
    }
    if !answer.body.is_empty() {
        line.push_str("; body: ");
        line.push_str(&answer.excerpt.long(answer.body));
    }
    line
}

/// Where a redirection points: its host, never its path, which may repeat the secret one.
fn direction(answer: &Answer<'_>) -> String {
    let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|text| answer.url.join(text).ok());
    match target {
        None => ", which names no place to go".to_owned(),
        Some(to) if to.host() == answer.url.host() => {
            ", pointing elsewhere on the same host: not followed".to_owned()
        }
        Some(to) => {
            let host = to.host_str().unwrap_or("nowhere").to_owned();
            let place = answer.excerpt.short(format!("{}://{host}", to.scheme()).as_bytes());
            format!(", pointing at {place}: not followed")
        }
    }
}

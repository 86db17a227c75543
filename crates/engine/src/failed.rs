//! What failed for good through endpoints, as one notification of Carillon's own: a webhook fails where
//! nobody looks. It is said of an endpoint once, again when nothing it was said of waits any more, and
//! otherwise a day later if more has failed. That an endpoint's certificate is not trusted is said at the
//! first failure, since a person has to see to it, and once until it is. Quiet hours and pauses hold it.

use std::collections::BTreeMap;

use calendar::id::ChannelId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    channels::{HeldUp, in_short},
    courier::Notice,
    engine::Engine,
    error::Result,
    ledger::{
        channel::{self, ChannelRow},
        letters::{self, Through},
        moment, ms,
        setting::{self, name},
    },
};

/// The notification's own key, so that it replaces itself.
pub const KEY: &str = "carillon-failed";
/// More of an endpoint of which something is left is said after so long.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// Endpoints that are named.
const NAMED: usize = 3;

/// What failed through endpoints and waits for a person, or for a certificate.
#[derive(Debug, Clone)]
pub struct Failures {
    /// What there is to say of it.
    pub notice: Notice,
    /// It is to be said now.
    pub is_news: bool,
    said: Said,
}

/// What was said of each endpoint, by its id.
type Said = BTreeMap<String, Once>;

/// What was said of an endpoint.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Once {
    /// The last step in the record by then; of a certificate the moment since when it is not trusted.
    until: i64,
    /// When, in milliseconds.
    at: i64,
}

impl Once {
    /// Whether there is more to be said by now.
    fn is_old(&self, now: Timestamp, through: &Through) -> bool {
        let nothing_is_left = through.first > self.until;
        let is_time = now.duration_since(moment(self.at)).abs() >= AGAIN;
        nothing_is_left || (is_time && through.last > self.until)
    }
}

impl Engine {
    /// What failed through endpoints and waits for a person or a certificate; nothing where nothing does.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn failures(&self) -> Result<Option<Failures>> {
        let (waiting, said, is_silent) = self.read(|act| {
            let now = act.wall();
            let waiting = letters::through_endpoints(act.tx)?.into_iter().map(|through| {
                let channel = channel::find(act.tx, through.channel)?;
                Ok((through, channel))
            });
            let waiting = waiting.collect::<Result<Vec<_>>>()?;
            Ok((waiting, act.said()?, act.silence()?.at(now).is_some()))
        })?;
        let now = self.now().wall;
        let mut is_news = false;
        let mut kept = Said::new();
        for (through, _) in &waiting {
            let id = through.channel.to_string();
            let before = said.get(&id).filter(|once| !once.is_old(now, through));
            is_news |= before.is_none();
            let once = before.copied().unwrap_or(Once { until: through.last, at: ms(now) });
            kept.insert(id, once);
        }
        let mistrusted = self.mistrusted()?;
        for (endpoint, since) in &mistrusted {
            let id = format!("{}/certificate", endpoint.id);
            let before = said.get(&id).filter(|once| once.until == ms(*since));
            is_news |= before.is_none();
            let once = before.copied().unwrap_or(Once { until: ms(*since), at: ms(now) });
            kept.insert(id, once);
        }
        let named: Vec<_> =
            waiting.iter().filter_map(|(through, row)| Some((through, row.as_ref()?))).collect();
        let why = match named.as_slice() {
            [(through, row)] => self.why_failed(through.channel, row)?,
            _ => None,
        };
        let mistrusted: Vec<_> = mistrusted.into_iter().map(|(endpoint, _)| endpoint).collect();
        let notice = match (named.as_slice(), mistrusted.as_slice()) {
            ([], []) => return Ok(None),
            ([], mistrusted) => notice_of_certificates(mistrusted),
            (named, mistrusted) => notice(named, why, mistrusted),
        };
        Ok(Some(Failures { notice, is_news: is_news && !is_silent, said: kept }))
    }

    /// It was said.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn failures_were_said(&self, failures: &Failures) -> Result<()> {
        let text = serde_json::to_string(&failures.said).expect("BUG: it is plain data");
        self.write(|act| setting::put(act.tx, name::FAILURES_SAID, &text))
    }

    /// Endpoints whose certificate is not trusted, and since when, while something waits for them.
    fn mistrusted(&self) -> Result<Vec<(HeldUp, Timestamp)>> {
        let all = self.held_up()?.into_iter();
        Ok(all.filter_map(|one| one.mistrusted.map(|since| (one, since))).collect())
    }

    fn why_failed(&self, id: ChannelId, row: &ChannelRow) -> Result<Option<String>> {
        if let Some(off) = row.off_words() {
            return Ok(Some(format!("It is off: {off}.")));
        }
        let last = self.last_failed(id)?;
        Ok(last.map(|(_, said)| format!("The last try: {}.", in_short(&said))))
    }
}

impl Act<'_> {
    fn said(&self) -> Result<Said> {
        let kept = setting::get(self.tx, name::FAILURES_SAID)?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }
}

fn notice(
    waiting: &[(&Through, &ChannelRow)],
    why: Option<String>,
    mistrusted: &[HeldUp],
) -> Notice {
    let sum = |of: fn(&Through) -> u32| waiting.iter().map(|(through, _)| of(through)).sum::<u32>();
    let (dead, review) = (sum(|t| t.dead), sum(|t| t.review));
    let count = dead + review;
    let what = match (dead, review) {
        (_, 0) => "failed",
        (0, _) => "may not have arrived",
        (_, _) => "failed or may not have arrived",
    };
    let reminders = if count == 1 { "1 reminder".into() } else { format!("{count} reminders") };
    let wait = if count == 1 { "It waits" } else { "They wait" };
    let wait = format!("{wait} for a decision under Needs attention.");
    let (title, body) = match waiting {
        [(_, row)] => {
            let why = why.map_or_else(String::new, |why| format!("{why} "));
            (format!("{reminders} through {} {what}", row.name), format!("{why}{wait}"))
        }
        several => {
            let of =
                |(t, row): &(&Through, &ChannelRow)| format!("{}: {}", row.name, t.dead + t.review);
            let lines = listed(several.iter().map(of));
            (format!("{reminders} {what}"), format!("{lines}\n{wait}"))
        }
    };
    let lines = mistrusted.iter().take(NAMED).map(|one| {
        let wait = if one.waiting == 1 { "waits" } else { "wait" };
        format!("\n{}; {} {wait} for it.", words_of(one), one.waiting)
    });
    of_our_own(title, body + &lines.collect::<String>(), count)
}

/// Of endpoints through which nothing has failed for good yet.
fn notice_of_certificates(endpoints: &[HeldUp]) -> Notice {
    let count = endpoints.iter().map(|one| one.waiting).sum();
    let wait = match count {
        1 => "1 reminder waits for it and is tried again: see Needs attention.".into(),
        n => format!("{n} reminders wait and are tried again: see Needs attention."),
    };
    if let [one] = endpoints {
        return of_our_own(words_of(one), wait, count);
    }
    let title = format!("The certificates of {} endpoints are not trusted", endpoints.len());
    let lines = listed(endpoints.iter().map(words_of));
    of_our_own(title, format!("{lines}\n{wait}"), count)
}

/// The first few, and how many more channels there are.
fn listed(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    let mut lines: Vec<_> = all.take(NAMED).collect();
    match more {
        0 => {}
        1 => lines.push("and one more channel".into()),
        n => lines.push(format!("and {n} more channels")),
    }
    lines.join(", ")
}

fn words_of(one: &HeldUp) -> String {
    let why = one.why.as_deref().unwrap_or("its certificate is not trusted");
    format!("{}: {why}", one.name)
}

fn of_our_own(title: String, body: String, count: u32) -> Notice {
    Notice {
        key: KEY.into(),
        title,
        body,
        alarm: false,
        digest_of: Some(count),
        snooze_minutes: None,
        again: false,
    }
}

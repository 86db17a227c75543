//! What awaits an answer, and the answers.

use calendar::{id::DeliveryId, timing::later};
use engine::{
    answers::{Outlook, SnoozedTo},
    ledger::{acknowledgement::Answer, delivery::DeliveryRow, inbox::Listed},
    queries,
};
use jiff::{Timestamp, civil::Date};

use super::{
    EngineHost,
    changes::{nothing, with_effect},
    faults::id,
    local::Local,
    words,
};
use crate::{
    dto::{
        Acknowledge, Change, Did, InboxItem, InboxView, Kind, Mark, Seen, Snooze, SnoozeChoice,
        SnoozeQuery, SnoozeUntil, Wall,
    },
    fault::Fault,
};

/// Where answers of the window come from, in the ledger's words.
const WINDOW: &str = "window";
/// At which hours "tonight" and "tomorrow" are.
const TONIGHT: i8 = 18;
const TOMORROW: i8 = 9;
/// As many as the inbox lists can be answered at once.
const LISTED: usize = 5_000;

impl EngineHost {
    pub(super) fn awaiting(&self) -> Result<InboxView, Fault> {
        let local = self.local()?;
        let inbox = self.engine.inbox()?;
        let mut items = Vec::with_capacity(inbox.rows.len());
        for row in &inbox.rows {
            items.extend(self.item(row, &local)?);
        }
        Ok(InboxView {
            items,
            more: inbox.more,
            snooze_min: self.engine.snooze_minutes()?,
            tonight: tonight(&local).map(|at| local.moment(at)),
            tomorrow: local.moment(tomorrow(&local)),
        })
    }

    /// A test has no event and is answered where it was asked for.
    fn item(&self, listed: &Listed, local: &Local) -> Result<Option<InboxItem>, Fault> {
        let row = &listed.row;
        let (Some(event), Some(kind)) = (row.event, words::kind_named(&listed.kind)) else {
            return Ok(None);
        };
        let on_a_date = date_of(row).is_some();
        Ok(Some(InboxItem {
            delivery: row.id.to_string(),
            event: event.to_string(),
            original: self.original_of(row, local),
            title: listed.title.clone(),
            kind,
            calendar: calendar_of(listed).unwrap_or_default(),
            place: Some(listed.place.clone()).filter(|place| !place.is_empty()),
            start: match date_of(row) {
                Some(date) => Wall { date: date.to_string(), wall_min: None },
                None => local.wall(row.span.0),
            },
            starts: local.moment(row.span.0),
            over: is_over(kind, row, local),
            deadline: (kind == Kind::Deadline).then(|| local.moment(row.span.1)),
            trigger: words::trigger_named(&row.identity.reminder, on_a_date, local),
            due: local.moment(row.facts.due),
            told: row.told_at.map(|at| local.moment(at)),
            state: words::state(row.facts.state),
            mark: words::mark(row, local.now).unwrap_or(Mark::Told),
            late_ms: words::late_ms(row),
            reason: words::reason_of(row),
            shown: match queries::Seen::of(row) {
                queries::Seen::Yes => Seen::Yes,
                queries::Seen::Perhaps => Seen::Perhaps,
                queries::Seen::No => Seen::No,
            },
        }))
    }

    /// The original start of what a row tells about, as views hand it back.
    pub(super) fn original_of(&self, row: &DeliveryRow, local: &Local) -> String {
        let text = &row.identity.occurrence;
        // The text says itself whether the original is a date, whatever the present start is.
        let own = text.strip_prefix("o=").and_then(|rest| rest.split(';').next());
        let found = || {
            let event = self.engine.event(row.event?).ok()?.event;
            let occurrence = event.occurrence_named(&local.context, text)?;
            Some(occurrence.original.text(event.timing.tie.is_all_day()))
        };
        own.map(Into::into).or_else(found).unwrap_or_default()
    }

    pub(super) fn answer_done(&self, asked: &Acknowledge) -> Result<Change, Fault> {
        let local = self.local()?;
        let ids = up_to(&asked.deliveries, LISTED)?;
        let request = Some(asked.request_id.as_str());
        let effect = self.engine.acknowledge_once(&ids, Answer::Done, WINDOW, request)?;
        let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        Ok(with_effect(Change { count, ..nothing(Did::Acknowledged) }, &effect, &local))
    }

    /// The usual moments that are ahead, or the one of a length of the person's own.
    pub(super) fn choices(&self, asked: &SnoozeQuery) -> Result<Vec<SnoozeChoice>, Fault> {
        let local = self.local()?;
        let delivery: DeliveryId = id("delivery", &asked.delivery)?;
        let row = self.engine.why(delivery)?.delivery.row;
        let own = asked.minutes.map(|minutes| vec![SnoozeUntil::For { minutes }]);
        let mut choices = Vec::new();
        for until in own.unwrap_or_else(|| usual(&row, &local)) {
            // What is past, or tonight once it is night, is no choice.
            if let Ok(at) = moment_of(&until, &row, &local) {
                choices.push((until, at));
            }
        }
        let moments: Vec<Timestamp> = choices.iter().map(|(_, at)| *at).collect();
        let outlooks = self.engine.snooze_outlooks(delivery, &moments)?;
        let told = choices.into_iter().zip(outlooks).map(|((until, at), outlook)| {
            let refused = matches!(outlook, Outlook::Past | Outlook::Deadline(_));
            let warning = match outlook {
                Outlook::Fair => None,
                Outlook::Silenced(why) => Some(why),
                Outlook::Over(end) => Some(format!("it is over at {}", clock(end, at, &local))),
                Outlook::Past => Some("this has passed".into()),
                Outlook::Deadline(end) => {
                    Some(format!("the deadline is at {}", clock(end, at, &local)))
                }
            };
            SnoozeChoice { until, at: local.moment(at), warning, refused }
        });
        Ok(told.collect())
    }

    pub(super) fn answer_later(&self, asked: &Snooze) -> Result<Change, Fault> {
        let local = self.local()?;
        let snoozed = match self.said_before::<Vec<SnoozedTo>>(&asked.request_id)? {
            // Sent again, its moment may have passed, and yet the first answer is due.
            Some(said) if said.len() >= asked.deliveries.len() => said,
            Some(_) | None => {
                let mut wanted = Vec::new();
                for delivery in ids(&asked.deliveries)? {
                    let row = self.engine.why(delivery)?.delivery.row;
                    wanted.push((delivery, moment_of(&asked.until, &row, &local)?));
                }
                self.engine.snooze_all(&wanted, WINDOW, Some(&asked.request_id))?
            }
        };
        if let SnoozeUntil::For { minutes } = asked.until {
            self.engine.remember_snooze(minutes)?;
        }
        let until =
            snoozed.first().and_then(|first| Timestamp::from_millisecond(first.until_ms).ok());
        Ok(Change {
            count: u32::try_from(snoozed.len()).unwrap_or(u32::MAX),
            until: until.map(|at| local.moment(at)),
            note: snoozed.into_iter().find_map(|one| one.silenced),
            ..nothing(Did::Snoozed)
        })
    }
}

pub(super) fn ids(texts: &[String]) -> Result<Vec<DeliveryId>, Fault> {
    up_to(texts, 500)
}

fn up_to(texts: &[String], most: usize) -> Result<Vec<DeliveryId>, Fault> {
    if texts.is_empty() || texts.len() > most {
        let message = format!("{} deliveries at once: allowed are 1 to {most}", texts.len());
        return Err(Fault::invalid("deliveries", message));
    }
    texts.iter().map(|text| id("deliveries", text)).collect()
}

/// Whether what a row tells about is over. A note is a moment and stays of interest that day.
fn is_over(kind: Kind, row: &DeliveryRow, local: &Local) -> bool {
    if kind == Kind::Note && row.span.1 <= row.span.0 {
        return local.zone.to_datetime(row.span.0).date() < local.today();
    }
    row.span.1 <= local.now
}

/// The date of a row about a whole day, out of its label.
pub(super) fn date_of(row: &DeliveryRow) -> Option<Date> {
    if row.label.len() == 10 { row.label.parse().ok() } else { None }
}

pub(super) fn calendar_of(listed: &Listed) -> Option<String> {
    listed.calendar.map(|bytes| calendar::id::CalendarId::from_bytes(bytes).to_string())
}

fn tonight(local: &Local) -> Option<Timestamp> {
    let at = local.at(local.today().at(TONIGHT, 0, 0, 0));
    (at > local.now).then_some(at)
}

fn tomorrow(local: &Local) -> Timestamp {
    let next = calendar::timing::shift(local.today().at(TOMORROW, 0, 0, 0), 1, 0);
    local.at(next)
}

fn usual(row: &DeliveryRow, local: &Local) -> Vec<SnoozeUntil> {
    let before = |minutes| SnoozeUntil::BeforeStart { minutes };
    let mut usual = if row.span.0 > local.now { vec![before(5), before(0)] } else { Vec::new() };
    usual.extend([30, 60].map(|minutes| SnoozeUntil::For { minutes }));
    usual.extend([SnoozeUntil::Tonight, SnoozeUntil::Tomorrow]);
    usual
}

/// A time of day, with its day where that is another than a moment's.
fn clock(at: Timestamp, near: Timestamp, local: &Local) -> String {
    let (at, near) = (local.zone.to_datetime(at), local.zone.to_datetime(near));
    let form = if at.date() == near.date() { "%H:%M" } else { "%a %-d %b, %H:%M" };
    at.strftime(form).to_string()
}

fn moment_of(until: &SnoozeUntil, row: &DeliveryRow, local: &Local) -> Result<Timestamp, Fault> {
    let at = match until {
        SnoozeUntil::For { minutes: 0 } => {
            return Err(Fault::invalid("until", "a snooze of 0 minutes: at least 1 is allowed"));
        }
        SnoozeUntil::For { minutes } => later(local.now, i64::from(*minutes) * 60),
        SnoozeUntil::BeforeStart { minutes } => later(row.span.0, -i64::from(*minutes) * 60),
        SnoozeUntil::Tonight => match tonight(local) {
            Some(at) => at,
            None => return Err(Fault::invalid("until", "it is past 18:00: choose another time")),
        },
        SnoozeUntil::Tomorrow => tomorrow(local),
    };
    if at <= local.now {
        let clock = local.zone.to_datetime(at).strftime("%H:%M");
        return Err(Fault::invalid("until", format!("{clock} has passed: choose a later time")));
    }
    Ok(at)
}

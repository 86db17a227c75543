//! One occurrence in full, and what comes up next.

use calendar::{
    delivery::{Class, State as Is},
    event::Change,
    id::{ChannelId, EventId},
    occurrence::Occurrence,
    recurrence::Language,
    timing::{LocalStart, later},
};
use engine::{
    ledger::{channel::ChannelKind, delivery::DeliveryRow},
    queries::{Fate, Happening, Ring},
};

use super::{
    EngineHost,
    faults::id,
    local::{self, Local, passings},
    segments::{chip, elsewhere},
    words,
};
use crate::{
    dto::{
        Mark, OccurrenceDetail, OccurrenceRef, ReminderStatus, Retry, Trigger, UpNext, UpNextQuery,
        Wall,
    },
    fault::Fault,
};

/// A hundred years: as far as the next one is looked for.
const FARTHEST: i64 = 36_600 * 86_400;

impl EngineHost {
    pub(super) fn happening(&self, asked: &OccurrenceRef) -> Result<Happening, Fault> {
        let event: EventId = id("event", &asked.event)?;
        Ok(self.engine.happening(event, original(&asked.original)?)?)
    }

    pub(super) fn detail(&self, asked: &OccurrenceRef) -> Result<OccurrenceDetail, Fault> {
        let local = self.local()?;
        let happening = self.happening(asked)?;
        let (event, occurrence) = (&happening.event, &happening.occurrence);
        let start = local.zone.to_datetime(occurrence.start);
        let all_day = occurrence.tie.is_all_day();
        let names = if all_day { None } else { passings(start, &local.zone) };
        let fold = names.is_some() && local::start_in(&local.zone, occurrence.start).fold;
        let there = local.context.zone_of(event, &event.timing.tie);
        let filled = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        Ok(OccurrenceDetail {
            event: event.id.to_string(),
            original: asked.original.clone(),
            version: u32::try_from(happening.version).unwrap_or(u32::MAX),
            title: happening.title().to_string(),
            kind: words::kind(event.kind),
            calendar: event.calendar.to_string(),
            start: start_wall(occurrence, &local),
            end: end_wall(occurrence, &local),
            starts: local.moment(occurrence.start),
            ends: (occurrence.end > occurrence.start).then(|| local.moment(occurrence.end)),
            offset: names.map(|[first, second]| if fold { second } else { first }),
            elsewhere: elsewhere(event, occurrence, &local),
            floating: occurrence.tie == calendar::timing::Tie::Floating,
            repeats: event
                .repeats
                .rules
                .first()
                .map(|rule| rule.as_read_in(&there).sentence(Language::English)),
            next: next_of(&happening, &local).map(|next| start_wall(&next, &local)),
            cancelled: !event.enabled,
            done: happening.done,
            exception: event.override_of(occurrence.original).is_some(),
            fixed: event.kind.is_of_person(),
            place: filled(happening.place()),
            url: filled(&event.url),
            notes: filled(notes(&happening)),
            person: event.person.as_ref().map(|person| person.name.clone()),
            reminders: self.statuses(&happening, &local)?,
        })
    }

    fn statuses(&self, happening: &Happening, local: &Local) -> Result<Vec<ReminderStatus>, Fault> {
        let names = self.channel_names()?;
        let name_of = |id: ChannelId| {
            let found = names.iter().find(|(known, _)| *known == id);
            found.map_or_else(|| "removed".to_string(), |(_, name)| name.clone())
        };
        let mut newest: Vec<&DeliveryRow> = Vec::new();
        for row in &happening.deliveries {
            match newest.iter_mut().find(|known| known.identity == row.identity) {
                Some(known) if known.generation < row.generation => *known = row,
                Some(_) => {}
                None => newest.push(row),
            }
        }
        let mut statuses = Vec::new();
        for row in &newest {
            statuses.push(self.status_of(happening, row, name_of(row.identity.channel), local)?);
        }
        for place in 0..happening.event.reminders.len() {
            let want = happening.event.want(&local.context, happening.occurrence.clone(), place);
            if newest.iter().any(|row| row.identity == want.identity) {
                continue;
            }
            let ahead = happening.event.enabled && want.due > local.now;
            statuses.push(ReminderStatus {
                delivery: None,
                trigger: self.trigger_in(happening, &want.identity.reminder, local),
                channel: want.identity.channel.to_string(),
                channel_name: name_of(want.identity.channel),
                mark: ahead.then_some(Mark::Scheduled),
                state: None,
                due: local.moment(want.due),
                told: None,
                late_ms: None,
                attempts: None,
                reason: None,
                open: false,
            });
        }
        statuses.sort_by(|a, b| a.due.utc.cmp(&b.due.utc));
        Ok(statuses)
    }

    fn status_of(
        &self,
        happening: &Happening,
        row: &DeliveryRow,
        channel_name: String,
        local: &Local,
    ) -> Result<ReminderStatus, Fault> {
        Ok(ReminderStatus {
            delivery: Some(row.id.to_string()),
            trigger: self.trigger_in(happening, &row.identity.reminder, local),
            channel: row.identity.channel.to_string(),
            channel_name,
            mark: words::mark(row, local.now),
            state: Some(words::state(row.facts.state)),
            due: local.moment(row.facts.due),
            told: row.told_at.map(|at| local.moment(at)),
            late_ms: words::late_ms(row),
            attempts: Some(words::attempts(row)),
            reason: words::reason_of(row),
            open: self.is_open(row, local)?,
        })
    }

    fn trigger_in(&self, happening: &Happening, reminder: &str, local: &Local) -> Trigger {
        let event = &happening.event;
        let found = event.reminders.iter().find(|r| reminder == format!("t:{}", r.trigger));
        let on_a_date = happening.occurrence.tie.is_all_day();
        match found {
            Some(found) => {
                words::trigger(found.trigger, on_a_date, &happening.occurrence.length, local)
            }
            None => words::trigger_named(reminder, on_a_date, local),
        }
    }

    /// Whether a row awaits an answer, as the inbox does.
    fn is_open(&self, row: &DeliveryRow, local: &Local) -> Result<bool, Fault> {
        let told = matches!(row.facts.state, Is::Completed | Is::Expired);
        let waits = told || row.facts.state.class() != Class::Final;
        if !(row.facts.desktop && waits && row.facts.due <= local.now) {
            return Ok(false);
        }
        Ok(self.engine.answer_to(row)?.is_none())
    }

    pub(super) fn coming(&self, asked: &UpNextQuery) -> Result<Vec<UpNext>, Fault> {
        let local = self.local()?;
        let limit = usize::try_from(asked.limit.clamp(1, 100)).unwrap_or(100);
        let mut coming: Vec<UpNext> = Vec::new();
        // Several reminders may be of one occurrence.
        for ring in self.engine.next_rings(limit * 4)? {
            if coming.len() == limit {
                break;
            }
            if let Some(next) = self.up_next_of(&ring, &local)?
                && !coming.iter().any(|c| c.event == next.event && c.original == next.original)
            {
                coming.push(next);
            }
        }
        Ok(coming)
    }

    fn up_next_of(&self, ring: &Ring, local: &Local) -> Result<Option<UpNext>, Fault> {
        let Some(event) = ring.event else { return Ok(None) };
        let Some(row) = self.engine.legible_event(event)? else { return Ok(None) };
        let found = row.event.occurrence_named(&local.context, &ring.occurrence);
        let Some(occurrence) = found else { return Ok(None) };
        let happening = self.engine.happening(event, occurrence.original)?;
        Ok(Some(UpNext {
            event: event.to_string(),
            original: occurrence.original.text(row.event.timing.tie.is_all_day()),
            title: happening.title().to_string(),
            kind: words::kind(row.event.kind),
            calendar: row.event.calendar.to_string(),
            start: start_wall(&occurrence, local),
            starts: local.moment(occurrence.start),
            rings: match ring.fate {
                Fate::Rings | Fate::RingsAt(..) => Some(local.moment(ring.at())),
                Fate::Waits(_) | Fate::Lost(..) => None,
            },
            due: local.moment(ring.due),
            waits: match ring.fate {
                Fate::Rings => None,
                Fate::RingsAt(_, why) | Fate::Waits(why) => Some(words::reason(why)),
                Fate::Lost(why, waits) => Some(words::reason(waits.unwrap_or(why))),
            },
            lost: matches!(ring.fate, Fate::Lost(..)),
            retry: ring.retry.map(|(n, of)| Retry { n, of }),
            snoozed: words::trigger_named(&ring.reminder, false, local) == Trigger::Snooze,
            mark: chip(&happening, local).mark,
        }))
    }

    /// The channels in use with the names they are shown by.
    pub(super) fn channel_names(&self) -> Result<Vec<(ChannelId, String)>, Fault> {
        let all = self.engine.channels()?;
        Ok(all.into_iter().map(|row| (row.id, shown_name(row.kind, &row.name))).collect())
    }
}

/// The desktop has no name of its own.
pub(super) fn shown_name(kind: ChannelKind, name: &str) -> String {
    match kind {
        ChannelKind::Desktop => "This desktop".into(),
        ChannelKind::Webhook => name.into(),
    }
}

/// An original start as it was handed out.
pub(super) fn original(text: &str) -> Result<LocalStart, Fault> {
    LocalStart::parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Fault::invalid(
            "original",
            format!("'{shown}' is no original start: hand it back as it came"),
        )
    })
}

/// The start here; of a whole day its date, wherever that day is.
pub(super) fn start_wall(occurrence: &Occurrence, local: &Local) -> Wall {
    if occurrence.tie.is_all_day() {
        return Wall { date: occurrence.present.at.date().to_string(), wall_min: None };
    }
    local.wall(occurrence.start)
}

fn end_wall(occurrence: &Occurrence, local: &Local) -> Option<Wall> {
    if !occurrence.tie.is_all_day() {
        return (occurrence.end > occurrence.start).then(|| local.wall(occurrence.end));
    }
    let days = occurrence.length.days.max(1);
    let last = calendar::timing::shift(occurrence.present.at, days - 1, 0).date();
    (days > 1).then(|| Wall { date: last.to_string(), wall_min: None })
}

fn next_of(happening: &Happening, local: &Local) -> Option<Occurrence> {
    let start = happening.occurrence.start;
    // Of a cancelled series none is to come, whatever its rule says.
    if happening.event.repeats.is_once() || !happening.event.enabled {
        return None;
    }
    let until = later(start, FARTHEST);
    let found = happening.event.occurrences(&local.context, later(start, 1), until, 1);
    found.items.into_iter().next()
}

/// Its notes: its own, or the event's.
pub(super) fn notes(happening: &Happening) -> &str {
    let own = happening.event.override_of(happening.occurrence.original);
    let own = own.and_then(|o| match &o.change {
        Change::Differs { description, .. } => description.as_deref(),
        Change::Cancelled => None,
    });
    own.unwrap_or(&happening.event.description)
}

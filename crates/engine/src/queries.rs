//! Reading: what happens when, what stands in the inbox, what rang and why.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{
    delivery::State,
    event::{Change, Event},
    id::{DeliveryId, EventId},
    occurrence::{Context, Occurrence},
    reason::Reason,
    timing::{Length, later},
};
use jiff::Timestamp;

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        acknowledgement::{self, Given},
        attempt::{self, AttemptRow},
        audit::{self, AuditRow},
        delivery::{self, DeliveryRow},
        event::{self, EventRow},
        inbox::{self, Filter, Listed},
        overflow::{self, Stretch},
    },
    tried::Tried,
};
pub use crate::{
    rings::Ring,
    scheduler::Fate,
    shown::{Seen, Shown, cause_then},
};

const DAY: i64 = 86_400;
/// What was missed or failed longer ago than this, or was a test, has left the inbox.
const MISSED_DAYS: i64 = 30;
/// Rows of the inbox in one answer.
const INBOX_ROWS: u32 = 5_000;
/// Occurrences of one event in one answer.
const PER_EVENT: usize = 2_000;

/// One happening with what was, is or will be told about it.
#[derive(Debug, Clone)]
pub struct Happening {
    /// The event.
    pub event: Event,
    /// Its version, for edits.
    pub version: i64,
    /// The occurrence.
    pub occurrence: Occurrence,
    /// Its deliveries, none of them cancelled.
    pub deliveries: Vec<DeliveryRow>,
    /// The event happens more often in the stretch that was asked for; this is the last listed.
    pub cut: bool,
    /// It does not take place because its file says that it is done.
    pub done: bool,
}

impl Happening {
    /// Its title: its own, or the event's.
    pub fn title(&self) -> &str {
        self.own(|change| match change {
            Change::Differs { title, .. } => title.as_deref(),
            Change::Cancelled => None,
        })
        .unwrap_or(&self.event.title)
    }

    /// Its place: its own, or the event's.
    pub fn place(&self) -> &str {
        self.own(|change| match change {
            Change::Differs { place, .. } => place.as_deref(),
            Change::Cancelled => None,
        })
        .unwrap_or(&self.event.place)
    }

    fn own<'a>(&'a self, pick: impl FnOnce(&'a Change) -> Option<&'a str>) -> Option<&'a str> {
        pick(&self.event.override_of(self.occurrence.original)?.change)
    }

    /// The one state to show for it (`names.md`'s order): the worst of its deliveries; without
    /// any, scheduled if something will still ring.
    pub fn shown(&self, now: Timestamp, context: &Context) -> Shown {
        let worst = self.deliveries.iter().map(Shown::of).max();
        worst.unwrap_or_else(|| {
            let ahead = |place| self.event.want(context, self.occurrence.clone(), place).due > now;
            let rings = self.event.enabled && (0..self.event.reminders.len()).any(ahead);
            if rings { Shown::Scheduled } else { Shown::Nothing }
        })
    }
}

/// What awaits an answer.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The newest of it.
    pub rows: Vec<Listed>,
    /// There is more, and older, than is listed.
    pub more: bool,
}

/// A delivery with its whole story.
#[derive(Debug, Clone)]
pub struct Story {
    /// The delivery.
    pub delivery: Listed,
    /// Every transition.
    pub transitions: Vec<AuditRow>,
    /// Every try.
    pub attempts: Vec<AttemptRow>,
    /// What is known of its tries.
    pub tried: Tried,
    /// What a person answered to it.
    pub answer: Option<Given>,
    /// The one in whose place a person had it sent as new.
    pub replaces: Option<DeliveryId>,
    /// The one that has its place after all, once this was cancelled.
    pub brought_back: Option<DeliveryId>,
    /// What was missed before it, in too large a number to be told one by one.
    pub behind: Option<Stretch>,
}

impl Story {
    /// When a step happened: something was told when it was shown, which may have been written down
    /// later.
    pub fn moment_of(&self, step: &AuditRow) -> Timestamp {
        let told = self.delivery.row.told_at.filter(|_| step.to == State::Completed);
        told.map_or(step.at, |told| told.min(step.at))
    }
}

impl Engine {
    /// An event that is not deleted.
    ///
    /// # Errors
    /// When there is none.
    pub fn event(&self, id: EventId) -> Result<EventRow> {
        self.read(|act| act.event(id))
    }

    /// An event that is not deleted, if it is there and can be read.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn legible_event(&self, id: EventId) -> Result<Option<EventRow>> {
        self.read(|act| {
            let row = event::find_legible(act.tx, &act.context.zones, id)?;
            Ok(row.filter(|row| row.deleted_at.is_none()))
        })
    }

    /// What derivation needs besides an event, as the ledger has it now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn planning_context(&self) -> Result<Context> {
        self.read(|act| Ok(act.context.clone()))
    }

    /// Everything that touches `[from, until)`, by start; of one event the first 2,000, of which
    /// the last says that it is cut short.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn happenings(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Happening>> {
        self.read(|act| act.happenings(from, until))
    }

    /// One occurrence of an event with its deliveries.
    ///
    /// # Errors
    /// When there is none.
    pub fn happening(
        &self,
        id: EventId,
        original: calendar::timing::LocalStart,
    ) -> Result<Happening> {
        self.read(|act| {
            let row = act.event(id)?;
            let occurrence = row.event.occurrence(&act.context, original);
            let occurrence = occurrence.ok_or_else(|| {
                Error::not_found("occurrence", original.text(row.event.timing.tie.is_all_day()))
            })?;
            let name = row.event.kind.identity(&occurrence);
            let deliveries = inbox::of_occurrence(act.tx, &row.event.subject(), &name)?;
            let done = row.is_done();
            let EventRow { event, version, .. } = row;
            Ok(Happening { event, version, occurrence, deliveries, cut: false, done })
        })
    }

    /// Deliveries by what was asked for.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn deliveries(&self, filter: &Filter) -> Result<Vec<Listed>> {
        self.read(|act| inbox::deliveries(act.tx, filter))
    }

    /// Every transition of a delivery and every try.
    ///
    /// # Errors
    /// When there is no such delivery.
    pub fn why(&self, id: DeliveryId) -> Result<Story> {
        self.read(|act| {
            let row = act.delivery(id)?;
            let name = &row.identity;
            let behind = row.event.map(|event| {
                overflow::behind(act.tx, event, &name.reminder, name.channel, row.facts.due)
            });
            let newest = match row.facts.state {
                State::Cancelled => delivery::newest(act.tx, name)?,
                _ => None,
            };
            let again = newest.filter(|newest| newest.facts.state != State::Cancelled);
            Ok(Story {
                brought_back: again.map(|newest| newest.id),
                behind: behind.transpose()?.flatten(),
                replaces: delivery::replaced_by(act.tx, &row)?,
                answer: acknowledgement::given(act.tx, &row.identity, row.generation)?,
                tried: act.tried(&row)?,
                delivery: inbox::with_words(act.tx, row)?,
                transitions: audit::of(act.tx, id)?,
                attempts: attempt::of(act.tx, id)?,
            })
        })
    }

    /// What was told and nobody has answered, however long ago, and what was missed, failed or
    /// waits to be shown, newest first. What tells of a deleted event is not in it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn inbox(&self) -> Result<Inbox> {
        self.read(|act| {
            let (now, most) = (act.wall(), INBOX_ROWS as usize);
            let missed = later(now, -MISSED_DAYS * DAY);
            let mut rows = inbox::unanswered(act.tx, missed, now, INBOX_ROWS + 1)?;
            let more = rows.len() > most;
            rows.truncate(most);
            Ok(Inbox { rows, more })
        })
    }

    /// How many reminders stand in the inbox, tests aside, as far as it is listed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn count_inbox(&self) -> Result<u32> {
        self.read(|act| {
            let now = act.wall();
            inbox::count_unanswered(act.tx, later(now, -MISSED_DAYS * DAY), now, INBOX_ROWS)
        })
    }

    /// How many wait for the end of quiet hours or of a pause.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn count_silenced(&self) -> Result<u32> {
        self.read(|act| inbox::count_held(act.tx, &[Reason::HeldQuiet, Reason::HeldPaused]))
    }

    /// Which of these reminders on the desktop still wait for an answer, however old they are:
    /// nobody has given one, and their event is not deleted.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn awaiting_answer(&self, ids: &[DeliveryId]) -> Result<BTreeSet<DeliveryId>> {
        self.read(|act| {
            let mut waiting = BTreeSet::new();
            for id in ids {
                if inbox::awaits_answer(act.tx, *id)? && !act.is_told_again(*id)? {
                    waiting.insert(*id);
                }
            }
            Ok(waiting)
        })
    }

    /// What a person answered to a reminder, and when.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn answer_to(&self, row: &DeliveryRow) -> Result<Option<Given>> {
        self.read(|act| acknowledgement::given(act.tx, &row.identity, row.generation))
    }

    /// Which of these reminders somebody is done with already, and since when.
    ///
    /// # Errors
    /// As [`Engine::acknowledge`].
    pub fn done_already(&self, ids: &[DeliveryId]) -> Result<Vec<(DeliveryId, Timestamp)>> {
        self.read(|act| {
            let mut done = Vec::new();
            for id in ids {
                done.extend(act.done_at(&act.told_here(*id)?)?.map(|at| (*id, at)));
            }
            Ok(done)
        })
    }

    /// How many deliveries due in a stretch stand in each state, and which of them are late.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn counts(&self, since: Timestamp, until: Timestamp) -> Result<Vec<(State, bool, u32)>> {
        self.read(|act| inbox::counts(act.tx, since, until))
    }

    /// How many deliveries wait for a person to decide.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn parked(&self) -> Result<u32> {
        self.read(|act| inbox::parked(act.tx))
    }

    /// Milliseconds between due and told of the last thirty days, ascending.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn lateness(&self) -> Result<Vec<i64>> {
        self.read(|act| inbox::lateness(act.tx, later(act.wall(), -30 * DAY)))
    }

    /// What SQLite says of the file, and how many events cannot be read; empty when all is well.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn check_file(&self) -> Result<Vec<String>> {
        let mut faults = self.lock().quick_check()?;
        match self.count_unreadable()? {
            0 => {}
            1 => faults.push("1 event cannot be read".into()),
            n => faults.push(format!("{n} events cannot be read")),
        }
        Ok(faults)
    }
}

impl Act<'_> {
    fn happenings(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Happening>> {
        let mut told: BTreeMap<(String, String), Vec<DeliveryRow>> = BTreeMap::new();
        for row in inbox::about(self.tx, later(from, -DAY), later(until, DAY))? {
            let name = (row.identity.subject.clone(), row.identity.occurrence.clone());
            told.entry(name).or_default().push(row);
        }
        let mut happenings = Vec::new();
        for row in event::touching(self.tx, &self.context.zones, from, until)? {
            let done = row.is_done();
            let EventRow { event, version, .. } = row;
            let since = later(from, -longest(&event));
            let mut found = event.occurrences(&self.context, since, until, PER_EVENT + 1);
            found.items.retain(|o| o.end > from || o.start >= from);
            let more = found.more || found.items.len() > PER_EVENT;
            found.items.truncate(PER_EVENT);
            let last = found.items.len().saturating_sub(1);
            for (place, occurrence) in found.items.into_iter().enumerate() {
                let name = (event.subject(), event.kind.identity(&occurrence));
                let deliveries = told.get(&name).cloned().unwrap_or_default();
                happenings.push(Happening {
                    event: event.clone(),
                    version,
                    occurrence,
                    deliveries,
                    cut: more && place == last,
                    done,
                });
            }
        }
        happenings.sort_by_key(|h| (h.occurrence.start, h.event.id));
        Ok(happenings)
    }
}

/// As many seconds as an occurrence of an event lasts at most; days may be longer than usual.
fn longest(event: &Event) -> i64 {
    let own = event.overrides.iter().filter_map(|o| match o.change {
        Change::Differs { length, .. } => Some(length),
        Change::Cancelled => None,
    });
    let lasts = |length: Length| match length.days {
        0 => length.seconds,
        days => (i64::from(days) + 1) * DAY + length.seconds,
    };
    own.chain([event.timing.length]).map(lasts).max().unwrap_or(0)
}

//! What will ring next, and when that really is: by the rules that a pass goes by when it is due.

use calendar::{
    delivery::{Guarantee, Profile, Row as Facts, State},
    event::{Change, Event},
    id::{ChannelId, DeliveryId, EventId},
    plan::Wanted,
    reason::Reason,
    timing::later,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        channel, event,
        inbox::{self, Filter, Listed},
    },
    scheduler::{Due, Fate, Outlook},
};

const DAY: i64 = 86_400;
/// Rows looked at for what rings first.
const MOST: u32 = 1_000;

/// Something that will ring.
#[derive(Debug, Clone)]
pub struct Ring {
    /// The row, once it is planned; none when only projected.
    pub delivery: Option<DeliveryId>,
    /// The event; none for a test.
    pub event: Option<EventId>,
    /// The occurrence, as identities name it.
    pub occurrence: String,
    /// The reminder, as identities name it.
    pub reminder: String,
    /// Its title.
    pub title: String,
    /// The channel's name.
    pub channel: String,
    /// When it is due, or is tried next; for one that is held, when that ends at the latest.
    pub due: Timestamp,
    /// Where it stands; one that is only projected is scheduled.
    pub state: State,
    /// What will become of it, as far as is known.
    pub fate: Fate,
    /// Which retry it is, and of how many, of one that was tried in vain.
    pub retry: Option<(u32, u32)>,
}

impl Ring {
    /// When it rings; of what waits, or will not be told, when it is due.
    pub fn at(&self) -> Timestamp {
        match self.fate {
            Fate::RingsAt(at, _) => at,
            Fate::Rings | Fate::Waits(_) | Fate::Lost(..) => self.due,
        }
    }
}

impl Engine {
    /// The next things that will ring, at most `count`, by when they do.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn next_rings(&self, count: usize) -> Result<Vec<Ring>> {
        // What a person is to be asked about does not ring.
        let after = self.set_aside_until()?;
        self.read(|act| act.next_rings(count.min(MOST as usize), after))
    }
}

impl Act<'_> {
    fn next_rings(&self, count: usize, after: Option<Timestamp>) -> Result<Vec<Ring>> {
        let now = self.wall();
        let channels = channel::all(self.tx)?;
        let outlook = self.outlook(channels.clone())?;
        let (mut rings, until) = self.planned_rings(count, after, &outlook)?;
        for row in event::touching(self.tx, &self.context.zones, now, until)? {
            if row.event.repeats.is_once() {
                continue;
            }
            self.project(&row.event, (now, until), count, |wanted| {
                let name = channels.iter().find(|c| c.id == wanted.identity.channel);
                let name = name.map_or("", |c| &c.name);
                rings.push(projected(&row.event, wanted, name, &outlook));
            })?;
        }
        rings.sort_by_key(|ring| (ring.at(), ring.event, ring.delivery));
        rings.truncate(count);
        Ok(rings)
    }

    /// The first rings there are rows of, and until when others would have to be due to come before
    /// the last of those. What has to wait may come after what is due later.
    fn planned_rings(
        &self,
        count: usize,
        after: Option<Timestamp>,
        outlook: &Outlook,
    ) -> Result<(Vec<Ring>, Timestamp)> {
        let since = after.map(|at| at + SignedDuration::from_millis(1));
        let states = vec![State::Scheduled, State::Pending, State::Retrying, State::Held];
        let mut limit = u32::try_from(count).unwrap_or(MOST).max(1);
        // Ends: each turn looks at twice as many, up to a bound.
        loop {
            let filter = Filter { states: states.clone(), since, limit, ..Filter::default() };
            let rows = inbox::deliveries(self.tx, &filter)?;
            let is_all = rows.len() < limit as usize;
            let last = rows.last().map(|listed| listed.row.facts.due);
            let mut rings: Vec<Ring> =
                rows.into_iter().map(|listed| ring(listed, outlook)).collect();
            rings.sort_by_key(Ring::at);
            let nth = rings.get(count.saturating_sub(1)).map(Ring::at);
            if is_all || limit >= MOST || nth <= last {
                let until = nth.unwrap_or_else(|| later(self.wall(), 366 * DAY));
                return Ok((rings, until));
            }
            limit = limit.saturating_mul(2).min(MOST);
        }
    }

    /// What a series will still tell in `(from, until]` and no row stands for yet, at least the
    /// first `count` of it.
    fn project(
        &self,
        event: &Event,
        (mut from, until): (Timestamp, Timestamp),
        count: usize,
        mut take: impl FnMut(&Wanted),
    ) -> Result<()> {
        let (mut at_once, mut found) = (count.saturating_add(1), 0);
        // Ends: each turn gets further, or looks at so many more that the next one does.
        loop {
            let plan = event.wanted(&self.context, from, until, at_once);
            for wanted in &plan.wanted {
                if self.is_to_come(&wanted.identity)? {
                    take(wanted);
                    found += 1;
                }
            }
            if plan.reached >= until || found >= count {
                return Ok(());
            }
            if plan.reached <= from {
                at_once = at_once.saturating_mul(4);
            }
            from = plan.reached.max(from);
        }
    }
}

fn ring(listed: Listed, outlook: &Outlook) -> Ring {
    Ring {
        fate: outlook.of(&Due::of(&listed.row)),
        retry: listed.row.facts.retry(),
        delivery: Some(listed.row.id),
        event: listed.row.event,
        occurrence: listed.row.identity.occurrence,
        reminder: listed.row.identity.reminder,
        title: listed.title,
        channel: listed.channel,
        due: listed.row.facts.not_before.unwrap_or(listed.row.facts.due),
        state: listed.row.facts.state,
    }
}

/// The occurrence's own title, or the event's.
fn title_of(event: &Event, wanted: &Wanted) -> String {
    let own = event.override_of(wanted.occurrence.original).and_then(|o| match &o.change {
        Change::Differs { title, .. } => title.clone(),
        Change::Cancelled => None,
    });
    own.unwrap_or_else(|| event.title.clone())
}

fn projected(event: &Event, wanted: &Wanted, channel: &str, outlook: &Outlook) -> Ring {
    let reminder = event.reminders.get(wanted.reminder);
    let due = Due {
        facts: facts_of(wanted),
        channel: wanted.identity.channel,
        is_test: false,
        is_alarm: reminder.is_some_and(|reminder| reminder.insist.alarm),
    };
    Ring {
        fate: outlook.of(&due),
        retry: None,
        delivery: None,
        event: Some(event.id),
        occurrence: wanted.identity.occurrence.clone(),
        reminder: wanted.identity.reminder.clone(),
        title: title_of(event, wanted),
        channel: channel.to_string(),
        due: wanted.due,
        state: State::Scheduled,
    }
}

/// What a row of it will be, as far as it matters before it is tried.
fn facts_of(wanted: &Wanted) -> Facts {
    Facts {
        state: State::Scheduled,
        reason: Reason::Planned,
        due: wanted.due,
        use_by: wanted.use_by,
        over: wanted.over,
        not_before: None,
        failures: 0,
        crashes: 0,
        cancel_wanted: false,
        desktop: wanted.identity.channel == ChannelId::DESKTOP,
        guarantee: Guarantee::default(),
        profile: Profile::default(),
        grace: 0,
        spread: 0,
    }
}

//! Showing again what was told: when a notification service appears, what nobody has answered and
//! is still worth seeing is put on the screen anew. A rendering, neither a delivery nor an attempt.

use calendar::{delivery::State, id::DeliveryId, timing::later};

use crate::{
    courier::Notice,
    engine::Engine,
    error::Result,
    ledger::{
        audit, delivery,
        inbox::{self, Listed},
    },
    message::{self, Occasion, Setting},
};

/// What was told longer ago than this is in the inbox only.
const FRESH: i64 = 7 * 86_400;
/// More than this many become one digest.
const SINGLE: usize = 3;

/// A notification to be shown again, and the deliveries it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendering {
    /// The deliveries.
    pub rows: Vec<DeliveryId>,
    /// The words.
    pub notice: Notice,
}

/// Whether what was noted of a notification service is this one's name. An earlier program noted only
/// the part of it that the bus gave.
fn is_same(noted: &str, owner: &str) -> bool {
    noted == owner || owner.rsplit_once('/').is_some_and(|(_, on_bus)| noted == on_bus)
}

impl Engine {
    /// What the notification service with this name, which no other has ever, has not shown yet of what is
    /// unanswered and still worth seeing: singly, or as one digest. While all is silent only alarms are; says
    /// whether it is.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn to_show_again(&self, owner: &str) -> Result<(Vec<Rendering>, bool)> {
        self.read(|act| {
            let now = act.wall();
            let fresh = later(now, -FRESH);
            let is_silent = act.silence()?.at(now).is_some();
            let told = inbox::unanswered(act.tx, fresh, now, 500)?;
            let mut rows: Vec<Listed> = told
                .into_iter()
                .filter(|l| l.row.facts.state == State::Completed && l.row.event.is_some())
                .filter(|l| l.row.facts.due >= fresh)
                .filter(|l| l.row.facts.use_by.is_none_or(|end| end > now))
                .filter(|l| l.row.insist.alarm || !is_silent)
                .filter(|l| !l.row.shown_by.as_deref().is_some_and(|by| is_same(by, owner)))
                .collect();
            // What was told before a restore may have been answered since, in the ledger that is gone.
            if let Some(seq) = act.restored_after()? {
                let told = |l: &Listed| audit::was_told_by(act.tx, l.row.id, seq);
                let before: Vec<bool> = rows.iter().map(told).collect::<Result<_>>()?;
                let mut before = before.into_iter();
                rows.retain(|_| before.next() == Some(false));
            }
            rows.sort_by_key(|l| (l.row.facts.due, l.row.id));
            let setting = Setting::of(act)?;
            if rows.len() > SINGLE {
                let notice = message::digest(&rows, Occasion::Unanswered, &setting);
                let rows = rows.iter().map(|l| l.row.id).collect();
                return Ok((vec![Rendering { rows, notice }], is_silent));
            }
            let single = |l: &Listed| Rendering {
                rows: vec![l.row.id],
                notice: message::notice(l, None, &setting),
            };
            Ok((rows.iter().map(single).collect(), is_silent))
        })
    }

    /// Notes which notification service shows these now, for whoever looks what of them was answered
    /// meanwhile.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn shown_again(&self, rows: &[DeliveryId], owner: &str) -> Result<()> {
        self.write_in_a_hurry(|act| {
            rows.iter().try_for_each(|id| delivery::shown(act.tx, *id, owner))
        })
    }
}

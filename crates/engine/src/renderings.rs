//! Showing again what was told: when a notification service appears, what nobody has answered and
//! is still worth seeing is put on the screen anew; and where a service of ours follows another, in
//! the place of what that one showed. A rendering, neither a delivery nor an attempt.

use calendar::{delivery::State, id::DeliveryId, timing::later};

use crate::{
    act::Act,
    courier::{Notice, PopUp, Screen},
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
    /// What is on the screen of them, in whose place it comes.
    pub replaces: Option<PopUp>,
    /// The words.
    pub notice: Notice,
}

/// Whether what was noted of a notification service is this one's name. An earlier program noted only
/// the part of it that the bus gave.
fn is_same(noted: &str, owner: &str) -> bool {
    noted == owner || owner.rsplit_once('/').is_some_and(|(_, on_bus)| noted == on_bus)
}

impl Engine {
    /// What is to be put on this screen of what is unanswered and still worth seeing. First, in its place,
    /// what another connection of ours put there, whose buttons nobody hears any more; then what
    /// another notification service showed: singly, or as one digest. While all is silent only alarms are; says
    /// whether it is.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn to_show_again(&self, screen: &Screen) -> Result<(Vec<Rendering>, bool)> {
        self.read(|act| {
            let setting = Setting::of(act)?;
            let is_silent = act.silence()?.at(act.wall()).is_some();
            let mut all = taken_over(act, screen, &setting, is_silent)?;
            all.extend(anew(act, screen, &setting, is_silent)?);
            Ok((all, is_silent))
        })
    }

    /// What other connections of ours put on this screen, by its number there, and the deliveries it
    /// tells of.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn left_on_screen(&self, screen: &Screen) -> Result<Vec<(u32, Vec<DeliveryId>)>> {
        self.read(|act| {
            let mut left = delivery::left_on(act.tx, screen)?;
            if let Some(seq) = act.restored_after()? {
                for (_, rows) in &mut left {
                    keep_since(act, seq, rows, |id| *id)?;
                }
            }
            left.retain(|(_, rows)| !rows.is_empty());
            Ok(left)
        })
    }

    /// Notes what shows these now, for whoever looks what of them was answered meanwhile.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn shown_again(&self, rows: &[DeliveryId], shown_by: &PopUp) -> Result<()> {
        self.write_in_a_hurry(|act| {
            delivery::replaced(act.tx, shown_by)?;
            rows.iter().try_for_each(|id| delivery::shown(act.tx, *id, shown_by))
        })
    }

    /// Notes that a notification is on the screen of this notification service no more, so that it is
    /// not put there again. `false`: nothing is known to be told by it, or not yet.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn off_screen(&self, owner: &str, id: u32) -> Result<bool> {
        // Of some no delivery tells, and nobody is to wait for the ledger for that.
        let is_known = self.read(|act| delivery::is_on_screen(act.tx, owner, id))?;
        Ok(is_known && self.write_in_a_hurry(|act| delivery::closed(act.tx, owner, id))?)
    }
}

/// Of what was told before a restore nobody knows whether it was answered since, in the ledger that is gone.
fn keep_since<T>(
    act: &Act<'_>,
    seq: i64,
    rows: &mut Vec<T>,
    id: impl Fn(&T) -> DeliveryId,
) -> Result<()> {
    let told = |row: &T| audit::was_told_by(act.tx, id(row), seq);
    let before: Vec<bool> = rows.iter().map(told).collect::<Result<_>>()?;
    let mut before = before.into_iter();
    rows.retain(|_| before.next() == Some(false));
    Ok(())
}

/// What of these is worth showing again, now or when all is not silent any more.
fn worth_seeing(act: &Act<'_>, mut rows: Vec<Listed>) -> Result<Vec<Listed>> {
    let now = act.wall();
    let fresh = later(now, -FRESH);
    rows.retain(|l| {
        let facts = &l.row.facts;
        facts.state == State::Completed
            && l.row.event.is_some()
            && facts.due >= fresh
            && facts.use_by.is_none_or(|end| end > now)
    });
    if let Some(seq) = act.restored_after()? {
        keep_since(act, seq, &mut rows, |l| l.row.id)?;
    }
    rows.sort_by_key(|l| (l.row.facts.due, l.row.id));
    Ok(rows)
}

/// In the place of each notification that another connection of ours put on this screen.
fn taken_over(
    act: &Act<'_>,
    screen: &Screen,
    setting: &Setting,
    is_silent: bool,
) -> Result<Vec<Rendering>> {
    let mut all = Vec::new();
    for (id, rows) in delivery::left_on(act.tx, screen)? {
        let mut listed = Vec::new();
        for id in rows {
            if inbox::awaits_answer(act.tx, id)? && !act.is_told_again(id)? {
                listed.push(inbox::with_words(act.tx, act.delivery(id)?)?);
            }
        }
        listed.retain(|l| l.row.insist.alarm || !is_silent);
        let listed = worth_seeing(act, listed)?;
        if !listed.is_empty() {
            let replaces = Some(PopUp { screen: screen.clone(), id });
            all.push(Rendering { replaces, ..one_of(&listed, setting) });
        }
    }
    Ok(all)
}

/// What no notification service showed, or another one.
fn anew(
    act: &Act<'_>,
    screen: &Screen,
    setting: &Setting,
    is_silent: bool,
) -> Result<Vec<Rendering>> {
    let now = act.wall();
    let told = inbox::unanswered(act.tx, later(now, -FRESH), now, 500)?;
    let is_here =
        |l: &Listed| l.row.shown_by.as_deref().is_some_and(|by| is_same(by, &screen.owner));
    let rows =
        told.into_iter().filter(|l| l.row.insist.alarm || !is_silent).filter(|l| !is_here(l));
    let rows = worth_seeing(act, rows.collect())?;
    if rows.len() > SINGLE {
        return Ok(vec![one_of(&rows, setting)]);
    }
    Ok(rows.chunks(1).map(|row| one_of(row, setting)).collect())
}

/// One notification of these.
fn one_of(rows: &[Listed], setting: &Setting) -> Rendering {
    let notice = match rows {
        [one] => message::notice(one, None, setting),
        many => message::digest(many, Occasion::Unanswered, setting),
    };
    Rendering { rows: rows.iter().map(|l| l.row.id).collect(), replaces: None, notice }
}

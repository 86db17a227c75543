//! Removing a channel: it is out of use at once, and its reminders go in short transactions. What is cut
//! off between them is gone on with by whoever leads.

use calendar::{
    id::{ChannelId, EventId},
    reason::Reason,
};
use serde::{Deserialize, Serialize};

use super::{AT_ONCE, ChannelGone};
use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        channel::{self, ChannelKind},
        delivery::{self, DeliveryRow},
        event, make_room,
        setting::{self, name},
    },
    reconcile::Effect,
};

/// Live deliveries that are looked through for those of a channel in one transaction.
const LIVE_AT_ONCE: u32 = 5_000;

/// A channel that is being taken from the events that are told through it.
#[derive(Debug, Serialize, Deserialize)]
struct Removing {
    channel: String,
    /// The last event that was looked at.
    after: Option<String>,
    /// What came of it so far.
    gone: ChannelGone,
    /// All of it is done, and who asked for it may not know yet.
    is_through: bool,
}

impl Engine {
    /// Removes an endpoint: its unsent deliveries are cancelled, reminders through it go.
    ///
    /// # Errors
    /// When there is none, or it is this desktop.
    pub fn remove_channel(&self, id: ChannelId, request: Option<&str>) -> Result<ChannelGone> {
        let mut all = None;
        let mut gone = self.once(request, |act| {
            let gone = act.begin_removal(id)?;
            act.settle_channels()?;
            all = act.end_removal(id)?;
            Ok(all.clone().unwrap_or(ChannelGone { goes_on: true, ..gone }))
        })?;
        let answered = gone.clone();
        let is_all = all.is_some();
        // Ends: each turn goes on to greater ids.
        let mut goes_on = !is_all;
        while goes_on && all.is_none() {
            make_room();
            let some = self.write(|act| Ok((act.settle_channels()?, act.end_removal(id)?)));
            (goes_on, all) = match some {
                // What was asked is done, and who leads goes on with what follows from it.
                Err(Error::Busy | Error::Full) => break,
                done => done?,
            };
        }
        let rest = self.drop_all_through(id)?;
        if !is_all {
            gone = match (all, self.read(|act| act.removal(id))?) {
                (Some(all), _) => all,
                (None, Some(one)) => ChannelGone { goes_on: !one.is_through, ..one.gone },
                (None, None) => ChannelGone { goes_on: false, ..gone },
            };
        }
        gone.effect.add(rest);
        if gone != answered {
            self.amend_answer(request, &gone)?;
        }
        Ok(gone)
    }

    /// What removing an endpoint would come to, as far as it is planned by now.
    ///
    /// # Errors
    /// When there is none, or it is this desktop.
    pub fn removal_outlook(&self, id: ChannelId) -> Result<ChannelGone> {
        self.read(|act| {
            let name = act.removable(id)?;
            let (titles, silent) = channel::alone_through(act.tx, id)?;
            let (cancelled, in_flight) = channel::to_come(act.tx, id)?;
            let effect = Effect { cancelled, in_flight, ..Effect::default() };
            Ok(ChannelGone { name, effect, silent, titles, goes_on: false })
        })
    }

    /// Cancels what is live through a channel and of no event any more, such as a test.
    fn drop_all_through(&self, id: ChannelId) -> Result<Effect> {
        let (mut effect, mut place) = (Effect::default(), Some(String::new()));
        // Ends: each turn goes on to later subjects.
        while let Some(from) = place {
            make_room();
            place = match self.write(|act| act.drop_through(id, &from, &mut effect)) {
                // It is gone all the same: what is left is cancelled when its moment comes.
                Err(Error::Busy | Error::Full) => None,
                next => next?,
            };
        }
        Ok(effect)
    }
}

impl Act<'_> {
    /// The name of an endpoint that can be removed.
    fn removable(&self, id: ChannelId) -> Result<String> {
        let found = channel::find(self.tx, id)?.filter(|c| !c.removed);
        let found = found.filter(|found| found.kind != ChannelKind::Desktop);
        Ok(found.ok_or_else(|| Error::not_found("channel", id))?.name)
    }

    /// Takes a channel out of use: [`Act::settle_channels`] takes it from what is told through it.
    pub(crate) fn begin_removal(&self, id: ChannelId) -> Result<ChannelGone> {
        let name = self.removable(id)?;
        self.lasts(&format!("removing the channel {name}"))?;
        channel::remove(self.tx, id, self.wall())?;
        let gone = ChannelGone { name, ..ChannelGone::default() };
        let mut all = self.removing()?;
        // Nobody asks any more what came of those.
        all.retain(|one| !one.is_through);
        let (channel, gone_so_far) = (id.to_string(), gone.clone());
        all.push(Removing { channel, after: None, gone: gone_so_far, is_through: false });
        self.note_removing(&all)?;
        Ok(gone)
    }

    /// Takes a channel that was removed from some of the events that are told through it; says whether
    /// there was one.
    pub(crate) fn settle_channels(&self) -> Result<bool> {
        let mut all = self.removing()?;
        let Some(one) = all.iter_mut().find(|one| !one.is_through) else { return Ok(false) };
        let Ok(channel) = one.channel.parse() else { return Ok(false) };
        let after = one.after.as_ref().and_then(|after| after.parse().ok());
        let ids = event::told_through(self.tx, channel, after, AT_ONCE)?;
        one.is_through = ids.len() < AT_ONCE as usize;
        for event in ids {
            if self.has_changed_much() || !self.take_from(event, channel, &mut one.gone)? {
                one.is_through = false;
                break;
            }
            one.after = Some(event.to_string());
        }
        self.note_removing(&all)?;
        Ok(true)
    }

    /// How far removing a channel is, until somebody heard what came of it.
    fn removal(&self, id: ChannelId) -> Result<Option<Removing>> {
        let is_it = |one: &Removing| one.channel == id.to_string();
        Ok(self.removing()?.into_iter().find(is_it))
    }

    /// Whether a channel is being removed, and this event or a part of its series was not gone through
    /// for that yet.
    pub(crate) fn is_leaving(&self, channel: ChannelId, root: EventId) -> Result<bool> {
        let is_under_way = self.removal(channel)?.is_some_and(|one| !one.is_through);
        Ok(is_under_way && event::is_told_through(self.tx, root, channel)?)
    }

    /// Why a row is no longer wanted: for another reason than that its channel is gone, or for that.
    pub(crate) fn gone_with_channel(&self, row: &DeliveryRow, gone: Reason) -> Result<Reason> {
        let found = channel::find(self.tx, row.identity.channel)?;
        let is_gone = found.is_none_or(|channel| channel.removed);
        Ok(if is_gone { Reason::CancelledChannel } else { gone })
    }

    /// What came of removing a channel, once, when it is through.
    fn end_removal(&self, id: ChannelId) -> Result<Option<ChannelGone>> {
        let mut all = self.removing()?;
        let is_it = |one: &Removing| one.channel == id.to_string() && one.is_through;
        let place = all.iter().position(is_it);
        let Some(place) = place else { return Ok(None) };
        let gone = all.remove(place).gone;
        self.note_removing(&all)?;
        Ok(Some(gone))
    }

    /// Takes a channel from an event; not yet where much of that was missed.
    fn take_from(&self, id: EventId, channel: ChannelId, gone: &mut ChannelGone) -> Result<bool> {
        // What cannot be read rings nowhere, and through no channel when it can be again.
        let Some(row) = &event::find_legible(self.tx, &self.context.zones, id)? else {
            return Ok(true);
        };
        if self.catch_up_some(row)? {
            return Ok(false);
        }
        let live = delivery::live_about(self.tx, row.event.id)?;
        for delivery in live.iter().filter(|row| row.identity.channel == channel) {
            self.drop_row(delivery, Reason::CancelledChannel, &mut gone.effect)?;
        }
        let mut without = row.event.clone();
        without.reminders.retain(|r| r.channel != channel);
        let would_ring = !live.is_empty() || row.plan_at.is_some();
        if without.reminders.is_empty() && row.event.enabled && would_ring {
            gone.silent += 1;
            if gone.titles.len() < 3 {
                gone.titles.push(row.event.title.clone());
            }
        }
        self.replace(row, &without, &row.source, Reason::CancelledChannel)?;
        Ok(true)
    }

    /// Cancels the live deliveries through a channel among some that follow on this subject; gives where
    /// to go on.
    fn drop_through(
        &self,
        id: ChannelId,
        from: &str,
        effect: &mut Effect,
    ) -> Result<Option<String>> {
        let until = delivery::live_after(self.tx, from, LIVE_AT_ONCE)?;
        for row in delivery::live_through(self.tx, id, (from, until.as_deref()))? {
            self.drop_row(&row, Reason::CancelledChannel, effect)?;
        }
        Ok(until)
    }

    fn removing(&self) -> Result<Vec<Removing>> {
        let text = setting::get(self.tx, name::REMOVING)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn note_removing(&self, all: &[Removing]) -> Result<()> {
        if all.is_empty() {
            return setting::remove(self.tx, name::REMOVING);
        }
        let text = serde_json::to_string(all).expect("BUG: a list of plain data");
        setting::put(self.tx, name::REMOVING, &text)
    }
}

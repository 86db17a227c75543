//! Use cases over channels: webhook endpoints, and tests of any channel.

mod failing;
mod outcome;
mod removal;

use calendar::{
    delivery::{Guarantee, Profile, State},
    id::{ChannelId, DeliveryId},
    nag::Insist,
    network::Network,
    plan::Identity,
    policy::{Collapse, UseBy},
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

pub(crate) use self::failing::in_short;
pub use self::{
    failing::{HeldUp, Resting},
    outcome::{ChannelChanged, ChannelGone},
};
use crate::{
    act::Act,
    act::Planned,
    breaker::Breaker,
    endpoint,
    engine::{Engine, channel_id, delivery_id},
    error::{Error, Result},
    ledger::{
        breaker,
        channel::{self, ChannelKind, ChannelRow},
        letters, make_room,
    },
    rate::Rate,
    typed::argument,
    vault,
};

/// Events a channel is taken from, or deliveries that are looked at, in one transaction.
const AT_ONCE: u32 = 200;
/// So many seconds the secret of before goes on signing beside a new one.
const ROTATES: i64 = 86_400;

/// A webhook endpoint as typed.
#[derive(Debug, Clone, Default)]
pub struct NewWebhook {
    /// Its name.
    pub name: String,
    /// Where to.
    pub url: String,
    /// What addresses it may call.
    pub network: Network,
    /// What it promises.
    pub guarantee: Guarantee,
    /// How patiently it tries.
    pub retries: Profile,
    /// How fast it is called at most.
    pub rate: Rate,
    /// The request's id, if it may be sent twice.
    pub request: Option<String>,
}

/// How an endpoint is called from now on; what is not named stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChannelChange {
    /// What it promises.
    pub guarantee: Option<Guarantee>,
    /// How patiently it tries.
    pub retries: Option<Profile>,
    /// How fast it is called at most.
    pub rate: Option<Rate>,
}

/// A new endpoint with its secret, which is shown this once.
#[derive(Debug, Clone)]
pub struct Added {
    /// Its id.
    pub id: ChannelId,
    /// `whsec_` and base64.
    pub secret: String,
}

impl Engine {
    /// Adds a webhook endpoint and makes its secret.
    ///
    /// # Errors
    /// When the name is taken or empty, or the URL is outside its class.
    pub fn add_webhook(&self, new: &NewWebhook) -> Result<Added> {
        let name = new.name.trim();
        if name.is_empty() || name.len() > 100 {
            return Err(Error::invalid("name", "a channel's name has 1 to 100 bytes"));
        }
        if name.starts_with('-') {
            let message =
                format!("the name '{name}' begins like an option of a command: choose another");
            return Err(Error::invalid("name", message));
        }
        endpoint::check_url(&new.url, new.network)
            .map_err(|e| Error::invalid("url", e.to_string()))?;
        let id = channel_id(&self.now());
        let secret = fresh_secret()?;
        let row = ChannelRow {
            id,
            kind: ChannelKind::Webhook,
            name: name.into(),
            network: new.network,
            guarantee: new.guarantee,
            retries: new.retries,
            rate: new.rate.check()?,
            url: Some(self.vault().seal(id, &new.url)?),
            secret: Some(self.vault().seal(id, &secret)?),
            old: None,
            off_reason: None,
            removed: false,
        };
        // The secret is not kept with the answer: whoever asks again is given the channel's.
        let kept: String = self.once(new.request.as_deref(), |act| {
            if channel::all(act.tx)?.iter().any(|c| c.name == name) {
                return Err(Error::invalid(
                    "name",
                    format!("there is a channel '{name}' already: choose another name"),
                ));
            }
            channel::insert(act.tx, &row)?;
            act.lasts(&format!("adding the channel {name}"))?;
            Ok(id.to_string())
        })?;
        let row = self.channel_named(&kept)?;
        Ok(Added { id: row.id, secret: self.secret_of(&row)? })
    }

    /// All channels, this desktop first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn channels(&self) -> Result<Vec<ChannelRow>> {
        self.read(|act| channel::all(act.tx))
    }

    /// The channel of this name or id.
    ///
    /// # Errors
    /// When there is none.
    pub fn channel_named(&self, name: &str) -> Result<ChannelRow> {
        let found =
            self.channels()?.into_iter().find(|c| c.name == name || c.id.to_string() == name);
        found.ok_or_else(|| Error::not_found("channel", format!("'{name}'")))
    }

    /// The URL of an endpoint, for its owner's eyes.
    ///
    /// # Errors
    /// When the key file is another one.
    pub fn url_of(&self, row: &ChannelRow) -> Result<String> {
        row.url
            .as_ref()
            .map_or_else(|| Ok(String::new()), |sealed| self.vault().unseal(row.id, sealed))
    }

    /// The secret of an endpoint, for its owner's eyes.
    ///
    /// # Errors
    /// When the key file is another one.
    pub fn secret_of(&self, row: &ChannelRow) -> Result<String> {
        row.secret
            .as_ref()
            .map_or_else(|| Ok(String::new()), |sealed| self.vault().unseal(row.id, sealed))
    }

    /// Makes a new secret for an endpoint. Those of the day before sign beside it for another day, so that
    /// whoever receives can change over in that time, whichever of them they know. Gives the new one, and
    /// until when the others sign.
    ///
    /// # Errors
    /// When there is no such endpoint.
    pub fn rotate_secret(&self, id: ChannelId) -> Result<(String, Timestamp)> {
        let secret = fresh_secret()?;
        let vault = self.vault();
        let sealed = vault.seal(id, &secret)?;
        let until = self.write(|act| {
            let found = channel::find(act.tx, id)?.filter(|c| !c.removed);
            let found = found.ok_or_else(|| Error::not_found("channel", id))?;
            if found.kind == ChannelKind::Desktop {
                let message = "this desktop has no secret: only webhook channels have one";
                return Err(Error::invalid("channel", message));
            }
            act.lasts(&format!("giving the channel {} a new secret", found.name))?;
            let until = later(act.wall(), ROTATES);
            let before = found.old.filter(|(_, until)| *until > act.wall());
            let others = found.secret.into_iter().chain(before.map(|(sealed, _)| sealed));
            // What cannot be opened signs nothing any more.
            let others = others.filter_map(|sealed| vault.unseal(id, &sealed).ok());
            let others = vault.seal(id, &others.collect::<Vec<_>>().join("\n"))?;
            channel::rotate(act.tx, id, (&sealed, &others), until)?;
            Ok(until)
        })?;
        Ok((secret, until))
    }

    /// When something was last told through a channel.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn last_told(&self, id: ChannelId) -> Result<Option<Timestamp>> {
        self.read(|act| channel::last_told(act.tx, id))
    }

    /// Switches an endpoint on again that said it was gone. What failed meanwhile stays failed.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn switch_on(&self, id: ChannelId, request: Option<&str>) -> Result<()> {
        self.once(request, |act| {
            let found = channel::find(act.tx, id)?.filter(|c| !c.removed);
            let name = found.ok_or_else(|| Error::not_found("channel", id))?.name;
            act.lasts(&format!("switching the channel {name} on"))?;
            breaker::put(act.tx, id, &Breaker::default())?;
            channel::switch_on(act.tx, id)
        })
    }

    /// Changes what an endpoint promises, how patiently it is tried and how fast it is called. What
    /// waits for it keeps its place and is tried in the new way from its next try on; what may have
    /// arrived waits for a person where that must not be repeated any more.
    ///
    /// # Errors
    /// When there is no such channel, it is this desktop, or a number is out of bounds.
    pub fn change_channel(
        &self,
        id: ChannelId,
        change: ChannelChange,
        request: Option<&str>,
    ) -> Result<ChannelChanged> {
        let rate = change.rate.map(Rate::check).transpose()?;
        let mut after = None;
        let mut changed = self.once(request, |act| {
            let found = channel::find(act.tx, id)?.filter(|c| !c.removed);
            let found = found.ok_or_else(|| Error::not_found("channel", id))?;
            if found.kind == ChannelKind::Desktop {
                let message =
                    "this desktop is told in one way: only webhook channels change theirs";
                return Err(Error::invalid("channel", message));
            }
            let row = ChannelRow {
                guarantee: change.guarantee.unwrap_or(found.guarantee),
                retries: change.retries.unwrap_or(found.retries),
                rate: rate.unwrap_or(found.rate),
                ..found.clone()
            };
            if row == found {
                return Ok(ChannelChanged::default());
            }
            act.lasts(&format!("changing the channel {}", found.name))?;
            channel::change(act.tx, &row)?;
            let mut changed = ChannelChanged::default();
            after = act.spare_some(id, None, &mut changed)?;
            Ok(changed)
        })?;
        let is_more = after.is_some();
        // Ends: each turn goes on to greater ids.
        while let Some(from) = after {
            make_room();
            after = match self.write(|act| act.spare_some(id, Some(from), &mut changed)) {
                // It is changed all the same: what is left is found before its next try.
                Err(Error::Busy | Error::Full) => None,
                next => next?,
            };
        }
        if is_more {
            self.amend_answer(request, &changed)?;
        }
        Ok(changed)
    }

    /// Plans a test of a channel; the service sends it like anything else. Gives the delivery.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn test_channel(&self, id: ChannelId, request: Option<&str>) -> Result<DeliveryId> {
        let planned: String = self.once(request, |act| {
            let found = channel::find(act.tx, id)?.filter(|c| !c.removed);
            found.ok_or_else(|| Error::not_found("channel", id))?;
            act.refuse_closed(id)?;
            let now = act.wall();
            let name = delivery_id(&act.now).to_string().replace("dlv_", "");
            let identity = Identity {
                subject: format!("test:{name}"),
                occurrence: "test".into(),
                reminder: format!("x:{name}"),
                channel: id,
            };
            let label = now.to_zoned(act.context.machine_zone()).to_string();
            let row = act.plan(&Planned {
                event: None,
                identity,
                generation: 0,
                state: State::Scheduled,
                reason: Reason::Test,
                due: now,
                use_by: Some(later(now, 600)),
                over: UseBy::After(600),
                grace: 60,
                collapse: Collapse::Each(None),
                label: &label,
                span: (now, now),
                late_cause: None,
                insist: Insist::default(),
            })?;
            Ok(row.id.to_string())
        })?;
        planned.parse().map_err(|_| Error::not_found("delivery", planned))
    }
}

impl Act<'_> {
    /// Gives a person some of what waits for a channel, may have arrived, and must not be repeated any
    /// more; gives where to go on. What is being sent is found before its next try.
    fn spare_some(
        &self,
        id: ChannelId,
        after: Option<DeliveryId>,
        changed: &mut ChannelChanged,
    ) -> Result<Option<DeliveryId>> {
        let some = letters::unsure(self.tx, id, after, AT_ONCE)?;
        let mut spared = 0;
        for unsure in &some {
            spared += u32::from(self.spare(&self.delivery(*unsure)?)?);
        }
        changed.to_check += spared;
        Ok(some.last().copied().filter(|_| some.len() == AT_ONCE as usize))
    }

    /// Refuses a channel through which nothing can go.
    pub(crate) fn refuse_closed(&self, id: ChannelId) -> Result<()> {
        let channel = channel::find(self.tx, id)?.ok_or_else(|| Error::not_found("channel", id))?;
        let name = &channel.name;
        let why = match (channel.removed, channel.off_reason) {
            (true, _) => "was removed: nothing can be sent through it any more".into(),
            (false, Some(_)) => {
                format!(
                    "is switched off: switch it on first (`carillon channel on {}`)",
                    argument(name)
                )
            }
            (false, None) => return Ok(()),
        };
        Err(Error::invalid("channel", format!("the channel '{name}' {why}")))
    }
}

/// `whsec_` and base64 of 32 random bytes.
fn fresh_secret() -> Result<String> {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let mut bytes = [0u8; 32];
    vault::random(&mut bytes)?;
    Ok(format!("whsec_{}", BASE64_STANDARD.encode(bytes)))
}

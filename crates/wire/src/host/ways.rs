//! Channels: where reminders go, and a test of each.

use calendar::{
    delivery::{Guarantee as Promise, Profile},
    id::ChannelId,
    network::Network as Class,
};
use engine::{
    channels::{ChannelChange, NewWebhook},
    endpoint::in_short,
    ledger::channel::{ChannelKind as Ours, ChannelRow},
    rate::Rate,
};

use super::{
    EngineHost,
    changes::{nothing, with_effect},
    detail::shown_name,
    faults::id,
    local::Local,
};
use crate::{
    dto::{
        AddWebhook, Change, ChangeChannel, ChannelAdded, ChannelFailure, ChannelKind, ChannelRate,
        ChannelRef, ChannelRest, ChannelView, DeliveryRow, Did, Guarantee, Network, Removal,
        Remove, Retries, SwitchOnChannel, TestChannel,
    },
    fault::Fault,
};

impl EngineHost {
    pub(super) fn channel_views(&self) -> Result<Vec<ChannelView>, Fault> {
        let local = self.local()?;
        self.engine.channels()?.iter().map(|row| self.channel_view(row, &local)).collect()
    }

    fn channel_view(&self, row: &ChannelRow, local: &Local) -> Result<ChannelView, Fault> {
        let webhook = row.kind == Ours::Webhook;
        let told = self.engine.last_told(row.id)?;
        Ok(ChannelView {
            id: row.id.to_string(),
            kind: match row.kind {
                Ours::Desktop => ChannelKind::Desktop,
                Ours::Webhook => ChannelKind::Webhook,
            },
            name: shown_name(row.kind, &row.name),
            url: match row.kind {
                Ours::Desktop => None,
                Ours::Webhook => Some(in_short(&self.engine.url_of(row)?)),
            },
            network: webhook.then_some(match row.network {
                Class::Public => Network::Public,
                Class::Private => Network::Private,
                Class::Loopback => Network::Loopback,
            }),
            guarantee: webhook.then_some(match row.guarantee {
                Promise::NeverMiss => Guarantee::NeverMiss,
                Promise::NeverRepeat => Guarantee::NeverRepeat,
            }),
            retries: webhook.then_some(match row.retries {
                Profile::Long => Retries::Long,
                Profile::Quick => Retries::Quick,
            }),
            rate: webhook
                .then_some(ChannelRate { per_second: row.rate.per_second, burst: row.rate.burst }),
            off: row.off_words().map(Into::into),
            resting: self.engine.resting()?.get(&row.id).map(|rest| ChannelRest {
                until: local.moment(rest.until),
                failures: rest.failures,
            }),
            last_told: told.map(|at| local.moment(at)),
            last_failed: self.engine.last_failed(row.id)?.map(|(at, text)| {
                // What was in the answer stands with the delivery.
                let text = text.split(';').next().unwrap_or_default().into();
                ChannelFailure { at: local.moment(at), text }
            }),
        })
    }

    /// Adds an endpoint. What is kept for a second send is its id alone, never the secret.
    pub(super) fn put_webhook(&self, asked: &AddWebhook) -> Result<ChannelAdded, Fault> {
        let local = self.local()?;
        let new = NewWebhook {
            name: asked.name.clone(),
            url: asked.url.clone(),
            network: match asked.network {
                Network::Public => Class::Public,
                Network::Private => Class::Private,
                Network::Loopback => Class::Loopback,
            },
            guarantee: promise(asked.guarantee),
            retries: profile(asked.retries),
            rate: rate_of(asked.rate),
            request: Some(asked.request_id.clone()),
        };
        let added = self.engine.add_webhook(&new)?;
        let row = self.engine.channel_named(&added.id.to_string())?;
        let channel = self.channel_view(&row, &local)?;
        Ok(ChannelAdded { channel, secret: added.secret })
    }

    pub(super) fn removal_of(&self, asked: &ChannelRef) -> Result<Removal, Fault> {
        let gone = self.engine.removal_outlook(id("channel", &asked.channel)?)?;
        let reminders = gone.effect.cancelled + gone.effect.in_flight;
        Ok(Removal { reminders, silenced: gone.would_silence() })
    }

    pub(super) fn drop_channel(&self, asked: &Remove) -> Result<Change, Fault> {
        let local = self.local()?;
        let channel: ChannelId = id("id", &asked.id)?;
        let gone = self.engine.remove_channel(channel, Some(&asked.request_id))?;
        let note = gone.said();
        let change = Change { title: Some(gone.name), count: 1, note, ..nothing(Did::Removed) };
        Ok(with_effect(change, &gone.effect, &local))
    }

    pub(super) fn open_channel(&self, asked: &SwitchOnChannel) -> Result<Change, Fault> {
        let row = self.engine.channel_named(&asked.channel)?;
        self.engine.switch_on(row.id, Some(&asked.request_id))?;
        Ok(Change { title: Some(row.name), count: 1, ..nothing(Did::SwitchedOn) })
    }

    pub(super) fn keep_ways(&self, asked: &ChangeChannel) -> Result<Change, Fault> {
        let row = self.engine.channel_named(&asked.channel)?;
        let change = ChannelChange {
            guarantee: asked.guarantee.map(promise),
            retries: asked.retries.map(profile),
            rate: asked.rate.map(rate_of),
        };
        let changed = self.engine.change_channel(row.id, change, Some(&asked.request_id))?;
        let note = changed.said();
        Ok(Change { title: Some(row.name), count: 1, note, ..nothing(Did::Saved) })
    }

    pub(super) fn try_channel(&self, asked: &TestChannel) -> Result<DeliveryRow, Fault> {
        let local = self.local()?;
        let delivery =
            self.engine.test_channel(id("channel", &asked.channel)?, Some(&asked.request_id))?;
        self.row(&self.engine.why(delivery)?.delivery, &local)
    }
}

const fn promise(asked: Guarantee) -> Promise {
    match asked {
        Guarantee::NeverMiss => Promise::NeverMiss,
        Guarantee::NeverRepeat => Promise::NeverRepeat,
    }
}

const fn profile(asked: Retries) -> Profile {
    match asked {
        Retries::Long => Profile::Long,
        Retries::Quick => Profile::Quick,
    }
}

const fn rate_of(asked: ChannelRate) -> Rate {
    Rate { per_second: asked.per_second, burst: asked.burst }
}

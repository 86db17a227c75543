//! The claim, whose commit is the mark: rows become parcels, with the bytes they are sent with.

use calendar::{
    delivery::{Next, State, nobody},
    id::ChannelId,
    reason::Reason,
    timing::later,
};

use super::{
    Slots,
    pass::Pass,
    waiting::{Left, Paced},
};
use crate::{
    act::Act,
    courier::{Claim, Lateness, Message, Notice, Parcel, WebhookCall},
    engine::Engine,
    error::Result,
    ledger::{
        attempt,
        delivery::{self, DeliveryRow},
        inbox::{self, Listed},
        overflow,
    },
    message::{self, Begun, Missed, Occasion, Setting},
    planted::{Planted, is_planted},
};

/// More pop-ups than this in one pass become one digest.
const POP_UPS: usize = 3;
/// So many missed ones are counted in it.
const MISSED: u32 = 1_000;

impl Engine {
    /// The notification of claimed rows, made anew: of one what it says alone, of more a digest.
    /// What was late when it was claimed says so still.
    pub(crate) fn notice_of(&self, claims: &[Claim]) -> Result<Option<Notice>> {
        self.read(|act| {
            let mut late = None;
            let mut listed: Vec<Listed> = Vec::with_capacity(claims.len());
            for claim in claims {
                let row = delivery::find(act.tx, claim.delivery)?;
                if let Some(row) = row.filter(|row| row.token == claim.token) {
                    listed.push(inbox::with_words(act.tx, row)?);
                    late = late.or(claim.late);
                }
            }
            let (late, setting) = (late.as_ref(), Setting::of(act)?);
            Ok(match listed.as_slice() {
                [] => None,
                [one] => Some(of_one(act, one, late, &setting)?),
                several => {
                    let missed = missed(act, late)?;
                    Some(message::digest(several, Occasion::Due(late, &missed), &setting))
                }
            })
        })
    }
}

/// What was missed while what makes others late lasted.
fn missed(act: &Act<'_>, late: Option<&Lateness>) -> Result<Missed> {
    let Some((from, to)) = late.and_then(|late| late.from_to) else { return Ok(Missed::default()) };
    Ok(Missed {
        listed: inbox::missed(act.tx, from, to, MISSED)?,
        beyond: overflow::within(act.tx, ChannelId::DESKTOP, from, to)?,
    })
}

/// The notification of one. The first that is told after what made it late names what was missed
/// in that time.
fn of_one(
    act: &Act<'_>,
    one: &Listed,
    late: Option<&Lateness>,
    setting: &Setting,
) -> Result<Notice> {
    let mut notice = message::notice(one, late, setting);
    let from_to = late.and_then(|late| late.from_to).filter(|_| one.row.event.is_some());
    if let Some((from, until)) = from_to
        && !inbox::is_told_since(act.tx, from, until, act.wall())?
    {
        notice.body.extend(message::missed_meanwhile(&missed(act, late)?));
    }
    Ok(notice)
}

/// What was claimed.
pub(super) struct Claimed {
    pub(super) parcels: Vec<Parcel>,
    pub(super) left: Left,
    /// Some pop-ups are for the next pass.
    pub(super) is_part: bool,
}

/// The digests that have room for what the next pass finds: what is on time and what is late are told
/// apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Digests {
    on_time: Begun,
    late: Begun,
}

impl Digests {
    fn of(&self, is_late: bool) -> &Begun {
        if is_late { &self.late } else { &self.on_time }
    }

    fn begin(&mut self, is_late: bool, digest: Begun) {
        *if is_late { &mut self.late } else { &mut self.on_time } = digest;
    }
}

impl Pass<'_> {
    /// Claims as many as there are free slots, what is fresh before what is late.
    pub(super) fn claim(&self, mut rows: Vec<DeliveryRow>, slots: Slots) -> Result<Claimed> {
        let now = self.act.wall();
        rows.sort_by_key(|row| {
            (later(row.facts.due, row.facts.grace) < now, row.facts.due, row.id)
        });
        let (desktop, mut webhooks): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.facts.desktop);
        // What is late goes in an order of its own, so that many who were away together do not
        // call in the same one.
        webhooks.sort_by_key(|row| {
            let is_late = later(row.facts.due, row.facts.grace) < now;
            (is_late, if is_late { row.facts.spread } else { 0 })
        });
        let mut parcels = Vec::new();
        let mut slotless = desktop.is_empty().then(Vec::new);
        let mut paced = Vec::new();
        let mut is_part = false;
        if slots.desktop > 0 && !desktop.is_empty() {
            let (found, told) = (desktop.len(), self.at_once(desktop));
            is_part = told.len() < found;
            parcels.extend(self.claim_notice(told)?);
        }
        let mut free = slots.webhook;
        // One of those that were cut off while they were sent may be why: they go one at a time, so
        // that the others are not cut off with it again and again.
        let mut is_alone = delivery::cut_off_under_way(self.act.tx)?;
        for row in webhooks {
            let channel = row.identity.channel;
            // A person or a schedule of retries asked for what was tried before.
            let is_new = row.event.is_some() && row.is_unsent();
            let is_late = is_new && later(row.facts.due, row.facts.grace) < now;
            if free == 0 {
                slotless.iter_mut().for_each(|left| left.push(row.id));
                continue;
            }
            if is_alone && row.facts.crashes > 0 {
                slotless = None;
                continue;
            }
            let is_free = self.gates.is_free(channel);
            if !is_free || is_late && !self.gates.is_free_for_late(channel) {
                paced.push(Paced { id: row.id, channel, is_late });
                continue;
            }
            let was_cut_off = row.facts.crashes > 0;
            if let Some(parcel) = self.claim_webhook(row)? {
                is_alone |= was_cut_off;
                self.gates.count(channel);
                if is_late {
                    self.gates.count_late(channel);
                }
                free -= 1;
                parcels.push(parcel);
            }
        }
        Ok(Claimed { parcels, left: Left { slotless, paced }, is_part })
    }

    /// Of due rows those that are told now, in one notification. A few alarms come before all
    /// else, each alone; what is on time before what is late, and never in one with it; what quiet hours
    /// or a pause held back comes together.
    fn at_once(&self, rows: Vec<DeliveryRow>) -> Vec<DeliveryRow> {
        let (mut alarms, others): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.insist.alarm);
        if (1..=POP_UPS).contains(&alarms.len()) {
            alarms.truncate(1);
            return alarms;
        }
        let mut rows = [alarms, others].concat();
        let waited = |row: &&DeliveryRow| self.lateness(row).is_some_and(|l| l.cause.is_silence());
        let is_on_time = |row: &DeliveryRow| self.lateness(row).is_none();
        if rows.iter().any(is_on_time) {
            rows.retain(is_on_time);
        }
        let joins = rows.first().is_some_and(|row| self.joins(row));
        if !joins && rows.len() <= POP_UPS && rows.iter().filter(waited).count() < 2 {
            rows.truncate(1);
        }
        rows
    }

    /// Whether there is a digest that such a row comes to.
    fn joins(&self, row: &DeliveryRow) -> bool {
        self.begun.borrow().of(self.lateness(row).is_some()).is_there()
    }

    fn claim_notice(&self, rows: Vec<DeliveryRow>) -> Result<Option<Parcel>> {
        let listed: Vec<Listed> =
            rows.into_iter().map(|row| self.listed(row)).collect::<Result<_>>()?;
        let Some(first) = listed.first() else { return Ok(None) };
        let late = listed.iter().find_map(|l| self.lateness(&l.row));
        let joins = self.joins(&first.row) && !first.row.insist.alarm;
        let single = listed.len() == 1 && !joins;
        let notice = match single {
            true => of_one(self.act, first, late.as_ref(), &self.setting)?,
            false => {
                let all = self.begun.borrow().of(late.is_some()).clone().with(&listed);
                let missed = missed(self.act, late.as_ref())?;
                let occasion = Occasion::Due(late.as_ref(), &missed);
                let again = listed.iter().any(|l| l.row.again);
                let notice = message::digest_of(&all, again, occasion, &self.setting);
                self.begun.borrow_mut().begin(late.is_some(), all);
                notice
            }
        };
        // A digest has no row of its own: each row keeps what it would have said alone.
        let mut claims = Vec::new();
        for one in &listed {
            let own = message::notice(one, self.lateness(&one.row).as_ref(), &self.setting);
            let bytes = serde_json::to_vec(&own).expect("BUG: a notice is JSON");
            claims.extend(self.mark(&one.row, &bytes)?);
        }
        let kept: Option<Notice> = first
            .row
            .payload
            .as_ref()
            .filter(|_| single)
            .and_then(|bytes| serde_json::from_slice(bytes).ok());
        let notice = kept.map_or(notice.clone(), |kept| Notice { again: first.row.again, ..kept });
        let parcel = Parcel {
            attempt: first.row.attempts + 1,
            use_by: listed.iter().filter_map(|l| l.row.facts.use_by).max().filter(|_| single),
            message: Message::Notice(notice),
            claims,
            again: Vec::new(),
            replaces: None,
        };
        Ok((!parcel.claims.is_empty()).then_some(parcel))
    }

    fn claim_webhook(&self, row: DeliveryRow) -> Result<Option<Parcel>> {
        let Some(channel) = self.channel(&row) else { return Ok(None) };
        let sealed = (channel.url.as_ref(), channel.secret.as_ref());
        let opened = match sealed {
            (Some(url), Some(secret)) => {
                let vault = self.engine.vault();
                vault
                    .unseal(channel.id, url)
                    .and_then(|url| Ok((url, vault.unseal(channel.id, secret)?)))
            }
            _ => return Ok(None),
        };
        let Ok((url, secret)) = opened else {
            if let Next::Enter(state, reason, until) =
                nobody(&row.facts, Reason::HeldSecret, self.act.wall())
            {
                self.enter(&row, (state, reason), until, None)?;
            }
            return Ok(None);
        };
        // Beside a new secret those of before sign for a while; what cannot be opened does not.
        let old = channel.old.as_ref().filter(|(_, until)| *until > self.act.wall());
        let old = old.and_then(|(sealed, _)| self.engine.vault().unseal(channel.id, sealed).ok());
        let network = channel.network;
        let listed = self.listed(row)?;
        let body = match &listed.row.payload {
            Some(kept) => kept.clone(),
            None => message::webhook_body(&listed, &self.act.description(&listed.row)?),
        };
        let Some(claim) = self.mark(&listed.row, &body)? else { return Ok(None) };
        let mut id = listed.row.key.clone();
        if is_planted(Planted::KeyWithAttempt) {
            id.push_str(&format!("-{}", listed.row.attempts));
        }
        let others = old.iter().flat_map(|old| old.lines()).map(String::from);
        let secrets = std::iter::once(secret).chain(others).collect();
        let call = WebhookCall { id, url, secrets, network, body };
        Ok(Some(Parcel {
            claims: vec![claim],
            again: Vec::new(),
            replaces: None,
            attempt: listed.row.attempts + 1,
            use_by: listed.row.facts.use_by,
            message: Message::Webhook(call),
        }))
    }

    /// The mark: sending begins. `None`: the row changed meanwhile.
    fn mark(&self, row: &DeliveryRow, payload: &[u8]) -> Result<Option<Claim>> {
        let now = self.act.wall();
        let Some(token) = delivery::claim(self.act.tx, row, self.owner, payload, now)? else {
            return Ok(None);
        };
        tracing::debug!(delivery = %row.id, attempt = row.attempts + 1, token, "claimed");
        attempt::begin(self.act.tx, row.id, row.attempts + 1, token, now)?;
        let step = (State::Processing, Reason::Claimed);
        self.act.audit(row.id, token, Some(row.facts.state), step, "")?;
        let (use_by, late) = (row.facts.use_by, self.lateness(row));
        Ok(Some(Claim { delivery: row.id, token, use_by, late }))
    }

    fn listed(&self, row: DeliveryRow) -> Result<Listed> {
        inbox::with_words(self.act.tx, row)
    }
}
